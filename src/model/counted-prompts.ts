import { createHash } from 'node:crypto'
import type { Message, ModelRequest, ModelRole, Usage } from './model.ts'

interface Counted {
  messages: number
  hash: string
  /** Prompt and reply, as the provider counted them. */
  tokens: number
}

/**
 * What the provider counted for the last request of each role. A conversation grows by its tail, so the next prompt's bound is
 * that count plus the tail's own bound, which is far nearer to the truth than a guess from bytes.
 */
export class CountedPrompts {
  readonly #last = new Map<ModelRole, Counted>()

  remember(request: ModelRequest, usage: Usage): void {
    const { messages } = request
    const { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = usage
    this.#last.set(request.role, {
      messages: messages.length,
      hash: prefixHash(request, messages),
      tokens: inputTokens + cacheWriteTokens + cacheReadTokens + outputTokens,
    })
  }

  /** The counted beginning of this request; undefined when it does not go on from the last one. */
  prefixOf(request: ModelRequest): { messages: number; tokens: number } | undefined {
    const last = this.#last.get(request.role)
    if (!last || request.messages.length < last.messages) return undefined
    return prefixHash(request, request.messages.slice(0, last.messages)) === last.hash ? last : undefined
  }
}

function prefixHash(request: ModelRequest, messages: Message[]): string {
  const { model, system, tools, outputSchema } = request
  return createHash('sha256')
    .update(JSON.stringify([model, system, tools, outputSchema, messages]))
    .digest('hex')
}
