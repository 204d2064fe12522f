// A Messages API as a process of its own: `node model-program.ts --turns N --check-every N --delay MS`.
// Answers by the script, notes when requests come and replies have left, and tells it at /exchanges. Prints its address.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { send, sendBlock } from '../../test/support/messages-api.ts'
import { type ReplyBlock, type Role, replyTo, roleOf, type Script, type ScriptedRequest } from './conversation.ts'
import { type CacheUse, PromptCache } from './prompt-cache.ts'

/** One question and its reply. Times are milliseconds of this process's own clock. */
export interface Exchange {
  role: Role
  /** When the last byte of the request was here. */
  arrivedAt: number
  /** When the last byte of the reply was handed to the system; undefined while it is under way. */
  answeredAt: number | undefined
  /** Names of the tools that the reply calls. */
  calls: string[]
  /** Characters of JSON. */
  systemCharacters: number
  toolsCharacters: number
  /** Of the whole body, as it came. */
  requestCharacters: number
  /** As the reply's usage tells, at four characters a token. */
  outputTokens: number
  cache: CacheUse
}

const { values } = parseArgs({
  options: { turns: { type: 'string' }, 'check-every': { type: 'string' }, delay: { type: 'string' } },
})
const script: Script = { turns: Number(values.turns ?? 20), checkEvery: Number(values['check-every'] ?? 0) }
const delayMs = Number(values.delay ?? 0)
const cache = new PromptCache()
const exchanges: Exchange[] = []

const server = createServer((request, response) => {
  if (request.method === 'POST') return void answer(request, response)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(exchanges))
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const arrivedAt = performance.now()
  const body = Buffer.concat(chunks).toString('utf8')
  const request = JSON.parse(body) as ScriptedRequest
  const content = replyTo(request, script)
  const exchange: Exchange = {
    role: roleOf(request),
    arrivedAt,
    answeredAt: undefined,
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : [])),
    systemCharacters: JSON.stringify(request.system ?? []).length,
    toolsCharacters: JSON.stringify(request.tools ?? []).length,
    requestCharacters: body.length,
    outputTokens: tokens(JSON.stringify(content).length),
    cache: cache.use(request),
  }
  exchanges.push(exchange)
  response.once('finish', () => {
    exchange.answeredAt = performance.now()
  })
  await sleep(delayMs)
  stream(response, content, exchange.cache)
}

function stream(response: ServerResponse, content: ReplyBlock[], use: CacheUse): void {
  const usage = {
    input_tokens: tokens(use.plain),
    cache_creation_input_tokens: tokens(use.written),
    cache_read_input_tokens: tokens(use.read),
    output_tokens: tokens(JSON.stringify(content).length),
  }
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5-5',
    content: [],
    usage,
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send(response, 'message_start', { message: { ...message, stop_reason: null, stop_sequence: null } })
  for (const [index, block] of content.entries()) sendBlock(response, index, { ...block })
  const stopReason = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'
  send(response, 'message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage })
  send(response, 'message_stop', {})
  response.end()
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4)
}
