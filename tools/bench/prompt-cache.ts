// What a provider's prompt cache would do with a request, told from its bytes alone. Four characters count as a token.
import { createHash } from 'node:crypto'

/** A request of the Messages API, as far as a cache looks at it. */
export interface CachedRequest {
  tools?: Block[]
  system?: string | Block[]
  messages: { role: string; content: string | Block[] }[]
}

type Block = Record<string, unknown>

/** In characters of the request's own JSON, cache marks left out. */
export interface CacheUse {
  read: number
  written: number
  plain: number
}

const shortestPrefix = 4_096

/**
 * Remembers the marked prefixes of earlier requests. A request reads the longest of its own marked prefixes that was written before;
 * prefixes below 1,024 tokens are never kept. Nothing expires: the calls of a run follow each other within minutes.
 */
export class PromptCache {
  readonly #written = new Set<string>()

  use(request: CachedRequest): CacheUse {
    const { prefixes, total } = markedPrefixes(request)
    const read = Math.max(0, ...prefixes.filter(({ hash }) => this.#written.has(hash)).map(({ end }) => end))
    const kept = Math.max(read, ...prefixes.map(({ end }) => end))
    for (const { hash } of prefixes) this.#written.add(hash)
    return { read, written: kept - read, plain: total - kept }
  }
}

function markedPrefixes(request: CachedRequest): { prefixes: { hash: string; end: number }[]; total: number } {
  const hash = createHash('sha256')
  const prefixes: { hash: string; end: number }[] = []
  let total = 0
  for (const { cache_control: mark, ...block } of blocksOf(request)) {
    const text = JSON.stringify(block)
    hash.update(text)
    total += text.length
    if (mark !== undefined && total >= shortestPrefix) prefixes.push({ hash: hash.copy().digest('hex'), end: total })
  }
  return { prefixes, total }
}

/** In the order in which a prompt is put together: tools, system, messages. */
function blocksOf({ tools = [], system = [], messages }: CachedRequest): Block[] {
  return [
    ...tools,
    ...blocks(system),
    ...messages.flatMap(({ role, content }) => blocks(content).map((block) => ({ role, ...block }))),
  ]
}

function blocks(content: string | Block[]): Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}
