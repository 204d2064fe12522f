import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

/** The key that the scripted model takes. */
export const testKey = 'key-of-the-tests'

export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>

/** A Messages API on loopback: real HTTP, real event streams, each request answered by the next answer; the last one stays. */
export class MessagesApi implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  /** What a prompt is counted as; undefined: it has no such call. */
  counts: number | undefined
  readonly #answers: Answer[]
  readonly #server: Server

  private constructor(server: Server, answers: Answer[]) {
    this.#server = server
    this.#answers = answers
  }

  static async start(...answers: Answer[]): Promise<MessagesApi> {
    const server = createServer()
    const api = new MessagesApi(server, answers)
    server.on('request', (request, response) => void api.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (request.url?.includes('/count_tokens')) return counted(response, this.counts)
    const seen = { headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
    this.requests.push(seen)
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]
    await answer?.(response, seen)
  }
}

function counted(response: ServerResponse, tokens: number | undefined): void {
  response.writeHead(tokens === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ input_tokens: tokens }))
}

export const usage = {
  input_tokens: 10,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 30,
  output_tokens: 40,
}

type Content = Record<string, unknown> & { type: string }

/** A whole reply as an event stream. */
export function streamed(content: Content[], stopReason = 'end_turn'): Answer {
  return (response) => {
    begin(response)
    for (const [index, block] of content.entries()) sendBlock(response, index, block)
    send(response, 'message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage })
    send(response, 'message_stop', {})
    response.end()
  }
}

/** An error answer before any stream. */
export function refused(status: number, type: string, message: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ type: 'error', error: { type, message } }))
  }
}

export function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send(response, 'message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-test',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  })
}

export function send(response: ServerResponse, type: string, data: Record<string, unknown>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
}

export function sendBlock(response: ServerResponse, index: number, block: Content): void {
  const { empty, deltas } = split(block)
  send(response, 'content_block_start', { index, content_block: empty })
  for (const delta of deltas) send(response, 'content_block_delta', { index, delta })
  send(response, 'content_block_stop', { index })
}

function split(block: Content): { empty: Content; deltas: Content[] } {
  if (block.type === 'text')
    return { empty: { ...block, text: '' }, deltas: [{ type: 'text_delta', text: block.text }] }
  if (block.type === 'tool_use') {
    return {
      empty: { ...block, input: {} },
      deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }],
    }
  }
  if (block.type === 'thinking') {
    return {
      empty: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        { type: 'thinking_delta', thinking: block.thinking },
        { type: 'signature_delta', signature: block.signature },
      ],
    }
  }
  return { empty: block, deltas: [] }
}
