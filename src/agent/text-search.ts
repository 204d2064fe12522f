// Lines that match, over many files. A pattern comes from a model: it is run under a watchdog, since one bad regular
// expression would otherwise hold the whole process.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createContext, Script } from 'node:vm'
import { z } from 'zod'
import { refuse } from './tree-path.ts'
import type { Refusal, SearchRequest, SearchResult } from './work-tree.ts'

interface Found {
  kind: 'found'
  hits: SearchResult['hits']
  more: boolean
  /** Text of each file with hits. */
  texts: Map<string, string>
}

/** Time that one search may spend on matching, over all files. */
const matchingMs = 1_000
const batchSize = 64

export async function textSearch(
  request: SearchRequest,
  paths: string[],
  read: (path: string) => string | undefined,
): Promise<Found | Refusal> {
  const matcher = matcherOf(request)
  if (!matcher) return refuse('bad_pattern', `${JSON.stringify(request.pattern)} is not a regular expression.`)
  const found: Found = { kind: 'found', hits: [], more: false, texts: new Map() }
  for (let at = 0; at < paths.length && !found.more; at += batchSize) {
    const batch = paths.slice(at, at + batchSize)
    // Others have their turn between two batches: a webhook does not wait for a large repository.
    if (at > 0) await nextTurn()
    const texts = batch.map((path) => read(path) ?? '')
    const lines = matcher(texts)
    if (!lines)
      return refuse(
        'slow_pattern',
        `${JSON.stringify(request.pattern)} takes too long. Use a simpler one, or literal text.`,
      )
    for (const [index, path] of batch.entries()) {
      collect(found, { path, text: texts[index] ?? '', lines: lines[index] ?? [] }, request.limit)
    }
  }
  return found
}

function collect(found: Found, file: { path: string; text: string; lines: number[] }, limit: number): void {
  if (file.lines.length === 0) return
  found.texts.set(file.path, file.text)
  const texts = file.text.split('\n')
  for (const line of file.lines) {
    if (found.hits.length === limit) {
      found.more = true
      return
    }
    found.hits.push({ path: file.path, line: line + 1, text: texts[line] ?? '' })
  }
}

/** Line numbers, from 0, for each text; undefined when the time is used up. */
type Matcher = (texts: string[]) => number[][] | undefined

function matcherOf(request: SearchRequest): Matcher | undefined {
  if (!request.regex) return literalMatcher(request)
  try {
    new RegExp(request.pattern)
  } catch {
    return undefined
  }
  return regexMatcher(request)
}

function literalMatcher({ pattern, ignoreCase }: SearchRequest): Matcher {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text)
  const wanted = fold(pattern)
  const linesOf = (text: string) => text.split('\n').flatMap((line, at) => (fold(line).includes(wanted) ? [at] : []))
  return (texts) => texts.map((text) => (fold(text).includes(wanted) ? linesOf(text) : []))
}

const lineNumbers = z.array(z.array(z.int()))

/** `vm` interrupts matching itself, which no timer of this thread could. Only strings pass between the two worlds. */
function regexMatcher({ pattern, ignoreCase }: SearchRequest): Matcher {
  const world = createContext({ pattern, flags: ignoreCase ? 'i' : '', texts: '[]' })
  const script = new Script(`JSON.stringify(JSON.parse(texts).map((text) => {
    const expression = new RegExp(pattern, flags)
    return text.split('\\n').flatMap((line, at) => (expression.test(line) ? [at] : []))
  }))`)
  let left = matchingMs
  return (texts) => {
    world.texts = JSON.stringify(texts)
    const began = performance.now()
    try {
      return lineNumbers.parse(
        JSON.parse(String(script.runInContext(world, { timeout: Math.max(1, Math.ceil(left)) }))),
      )
    } catch {
      return undefined
    } finally {
      left -= performance.now() - began
    }
  }
}
