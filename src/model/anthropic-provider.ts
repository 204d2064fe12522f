// The only file that knows Anthropic's API. Faults are mapped in anthropic-faults.ts.
import type Anthropic from '@anthropic-ai/sdk'
import type { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import type { ContentBlock, MessageCreateParams, MessageParam } from '@anthropic-ai/sdk/resources/messages'
import { Fault } from '../errors.ts'
import { type Arrived, anthropicFault } from './anthropic-faults.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { tokenBound } from './budget.ts'
import type { Block, Message, ModelProvider, ModelReply, ModelRequest } from './model.ts'

export interface AnthropicOptions {
  /** Undefined is allowed, so that a process can start without one; the first call then says what is missing. */
  apiKey: string | undefined
  /** Default: Anthropic's own address. */
  baseUrl?: string
  /** How long the connection may stay silent, before the first byte and between two. Not a limit of the whole reply. */
  timeoutMs: number
  /** Retries of one call after 429, 5xx and lost connections, before the reply has begun. */
  maxRetries: number
  /** Called for what the library has to say; never with prompt or key. */
  log: (level: 'error' | 'warn', message: string) => void
}

/** Who counts for another provider's address may not know the call; the bound from bytes serves then. */
const countMs = 10_000

type Params = Omit<MessageCreateParams, 'stream'>
const mark = { type: 'ephemeral' } as const

export function createAnthropicProvider(options: AnthropicOptions): ModelProvider {
  let opened: Promise<Anthropic> | undefined
  const client = (apiKey: string) => {
    opened ??= openClient(options, apiKey)
    return opened
  }
  return {
    name: 'anthropic',
    async complete(request, signal) {
      if (!options.apiKey) throw keyMissing()
      const { messages } = await client(options.apiKey)
      const stream = messages.stream(paramsOf(request), { signal })
      const arrived = listen(stream)
      try {
        return replyOf(await stream.finalMessage())
      } catch (thrown) {
        throw anthropicFault(thrown, { model: request.model, cancelled: signal?.aborted ?? false, arrived: arrived() })
      }
    },
    async count(request, signal) {
      if (!options.apiKey) return undefined
      const { max_tokens: _, ...prompt } = paramsOf(request)
      const { messages } = await client(options.apiKey)
      const counted = await messages
        .countTokens(prompt, { signal, timeout: countMs, maxRetries: 0 })
        .catch(() => undefined)
      return Number.isInteger(counted?.input_tokens) ? counted?.input_tokens : undefined
    },
  }
}

/** What has arrived of a reply, asked after it broke off: from the pieces themselves, since a half one cannot always be put together. */
function listen(stream: MessageStream): () => Arrived | undefined {
  let arrived: Arrived | undefined
  stream.on('connect', () => {
    arrived = { tokens: 0, hidden: false }
  })
  stream.on('streamEvent', (event) => {
    if (!arrived) return
    if (event.type === 'content_block_start' && event.content_block.type.endsWith('thinking')) arrived.hidden = true
    if (event.type !== 'content_block_delta') return
    const { delta } = event
    if (delta.type === 'text_delta') arrived.tokens += tokenBound(delta.text)
    if (delta.type === 'input_json_delta') arrived.tokens += tokenBound(delta.partial_json)
  })
  return () => arrived
}

/**
 * Everything is passed by name, so that no variable of the environment decides about key, address or log. The library is loaded by
 * the first call: it is the largest there is here, and a process that idles does without.
 */
async function openClient(options: AnthropicOptions, apiKey: string): Promise<Anthropic> {
  const { default: Client } = await import('@anthropic-ai/sdk')
  const silent = () => {}
  return new Client({
    apiKey,
    baseURL: options.baseUrl ?? 'https://api.anthropic.com',
    webhookKey: null,
    timeout: options.timeoutMs,
    maxRetries: options.maxRetries,
    fetch: boundedFetch({ idleMs: options.timeoutMs }),
    openTelemetry: false,
    logLevel: 'warn',
    logger: {
      error: (message) => options.log('error', message),
      warn: (message) => options.log('warn', message),
      info: silent,
      debug: silent,
    },
  })
}

/**
 * Cache marks, at most three of the four allowed: the end of tools and system, the newest user message, and the one before it,
 * which is where the request before this one wrote its cache. A single question gets none: nobody would read what it writes.
 */
function paramsOf(request: ModelRequest): Params {
  const conversation = request.tools.length > 0 || request.messages.length > 1
  const marked = conversation ? lastUserMessages(request.messages, 2) : []
  const system = request.system && { type: 'text' as const, text: request.system }
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: { ...inputSchema, type: 'object' as const },
      })),
    }),
    ...(system && { system: [conversation ? { ...system, cache_control: mark } : system] }),
    messages: request.messages.map((message, index) => paramOf(message, marked.includes(index))),
    ...(request.outputSchema && {
      output_config: { format: { type: 'json_schema' as const, schema: request.outputSchema } },
    }),
  }
}

function lastUserMessages(messages: Message[], count: number): number[] {
  return messages.flatMap((message, index) => (message.role === 'user' ? [index] : [])).slice(-count)
}

function paramOf(message: Message, marked: boolean): MessageParam {
  const content = message.content.map((block, index) => {
    const last = index === message.content.length - 1
    return marked && last && (block.type === 'text' || block.type === 'tool_result')
      ? { ...block, cache_control: mark }
      : block
  })
  return { role: message.role, content }
}

function replyOf(message: Anthropic.Message): ModelReply {
  const { usage } = message
  return {
    content: message.content.flatMap(blockOf),
    stopReason: stopReasonOf(message.stop_reason),
    usage: {
      inputTokens: usage.input_tokens,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
      cacheReadTokens: usage.cache_read_input_tokens ?? 0,
      outputTokens: usage.output_tokens,
    },
    model: message.model,
  }
}

/** Empty text is left out: the API sends it now and then, and refuses to get it back. */
function blockOf(block: ContentBlock): Block[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }]
    case 'tool_use':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: block.input }]
    case 'thinking':
      return [{ type: 'thinking', thinking: block.thinking, signature: block.signature }]
    case 'redacted_thinking':
      return [{ type: 'redacted_thinking', data: block.data }]
    default:
      return []
  }
}

function stopReasonOf(reason: Anthropic.Message['stop_reason']): ModelReply['stopReason'] {
  switch (reason) {
    case 'end_turn':
    case 'tool_use':
    case 'max_tokens':
    case 'refusal':
      return reason
    case 'model_context_window_exceeded':
      return 'max_tokens'
    default:
      return 'other'
  }
}

function keyMissing(): Fault {
  return new Fault('invalid_input', 'model_key_missing', 'There is no key for the Anthropic API.', {
    mend: 'Set ANTHROPIC_API_KEY and start again.',
    data: { charged: false },
  })
}
