import type { Fault } from '../../src/errors.ts'
import type { Block, ModelProvider, ModelReply, ModelRequest } from '../../src/model/model.ts'

/** One reply of the script: blocks, a whole reply, a fault, or a function of the request. */
export type Scripted =
  | Block[]
  | Partial<ModelReply>
  | Fault
  | ((request: ModelRequest) => Block[] | Partial<ModelReply> | Fault)

/** A provider that plays a script in order, remembers every request, and fails when the script is used up or a conversation is broken. */
export class ScriptedModel implements ModelProvider {
  readonly name = 'scripted'
  readonly requests: ModelRequest[] = []
  readonly #script: Scripted[]

  constructor(script: Scripted[]) {
    this.#script = [...script]
  }

  get left(): number {
    return this.#script.length
  }

  async complete(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply> {
    signal?.throwIfAborted()
    this.requests.push(structuredClone(request))
    refuseUnanswered(request)
    const next = this.#script.shift()
    if (next === undefined) throw new Error(`the script has no reply number ${this.requests.length}`)
    const said = typeof next === 'function' ? next(request) : next
    if (said instanceof Error) throw said
    return replyOf(request, Array.isArray(said) ? { content: said } : said)
  }
}

export function text(words: string): Block {
  return { type: 'text', text: words }
}

let calls = 0
export function call(name: string, input: unknown, id = `toolu_${++calls}`): Block {
  return { type: 'tool_use', id, name, input }
}

/** As the real API: every tool call must be answered in the very next message. */
function refuseUnanswered(request: ModelRequest): void {
  request.messages.forEach((message, at) => {
    const next = request.messages[at + 1]
    for (const block of message.content) {
      if (block.type !== 'tool_use') continue
      const answered = next?.content.some((answer) => answer.type === 'tool_result' && answer.tool_use_id === block.id)
      if (!answered) throw new Error(`tool call ${block.id} is not answered`)
    }
  })
}

function replyOf(request: ModelRequest, said: Partial<ModelReply>): ModelReply {
  const content = said.content ?? []
  return {
    content,
    stopReason: said.stopReason ?? (content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn'),
    usage: said.usage ?? {
      inputTokens: Math.ceil(JSON.stringify([request.system, request.tools, request.messages]).length / 4),
      cacheWriteTokens: 0,
      cacheReadTokens: 0,
      outputTokens: Math.ceil(JSON.stringify(content).length / 4),
    },
    model: said.model ?? request.model,
  }
}
