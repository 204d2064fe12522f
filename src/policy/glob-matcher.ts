// Globs without backtracking. Patterns and paths both come from people and repositories that we do not know: translated
// into regular expressions, as libraries do it, sixty characters of each can hold the process for hours.

/** Beyond it a glob matches nothing but itself. */
const mostAlternatives = 256

/**
 * A test of paths for a glob of `*`, `**`, `?`, `[a-z]`, `[!a]` and `{a,b}`. Files whose names begin with a dot match like
 * others. The time of a test is at most the product of both lengths, for each alternative in braces.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const alternatives = expandBraces(glob.replace(/^(\.\/)+/, ''))
  if (alternatives === undefined) return (path) => path === glob
  const patterns = alternatives.map((alternative) => alternative.split('/').map(compileSegment))
  return (path) => {
    const names = path.split('/')
    return patterns.some((segments) => matchesSegments(segments, names))
  }
}

/** Every alternative written out; undefined where there are too many. Braces without a comma, or without a partner, are letters. */
export function expandBraces(glob: string): string[] | undefined {
  const finished: string[] = []
  const open = [glob]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const group = firstGroup(next)
    if (group === undefined) finished.push(next)
    else for (const part of group.parts.toReversed()) open.push(`${group.before}${part}${group.after}`)
    if (finished.length + open.length > mostAlternatives) return undefined
  }
  return finished
}

/** The first group with a comma of its own; groups within it are expanded later. */
function firstGroup(text: string): { before: string; parts: string[]; after: string } | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const cuts = [start]
    for (let at = start + 1, depth = 1; at < text.length; at += 1) {
      if (text[at] === '{') depth += 1
      if (text[at] === ',' && depth === 1) cuts.push(at)
      if (text[at] !== '}') continue
      depth -= 1
      if (depth > 0) continue
      if (cuts.length === 1) break
      const ends = [...cuts.slice(1), at]
      const parts = ends.map((end, index) => text.slice((cuts[index] ?? start) + 1, end))
      return { before: text.slice(0, start), parts, after: text.slice(at + 1) }
    }
  }
  return undefined
}

/** `folders`: any number of them, also none. */
type Segment = 'folders' | Part[]
/** `any`: any number of characters. */
type Part = 'any' | ((character: string) => boolean)

function compileSegment(text: string): Segment {
  if (text === '**') return 'folders'
  const parts: Part[] = []
  const characters = [...text]
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? ''
    const end = character === '[' ? characters.indexOf(']', at + 2) : -1
    if (character === '*') {
      if (parts.at(-1) !== 'any') parts.push('any')
    } else if (character === '?') parts.push(() => true)
    else if (end > 0) {
      parts.push(characterClass(characters.slice(at + 1, end)))
      at = end
    } else parts.push((one) => one === character)
  }
  return parts
}

function characterClass(inside: string[]): (character: string) => boolean {
  const negated = inside[0] === '!' || inside[0] === '^'
  const listed = negated ? inside.slice(1) : inside
  const ranges: [from: string, to: string][] = []
  for (let at = 0; at < listed.length; at += 1) {
    const from = listed[at] ?? ''
    const isRange = listed[at + 1] === '-' && listed[at + 2] !== undefined
    ranges.push([from, (isRange ? listed[at + 2] : from) ?? from])
    if (isRange) at += 2
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated
}

/** Which positions in the pattern can be reached after each folder of the path. */
function matchesSegments(segments: Segment[], names: string[]): boolean {
  let reached = new Set(beyondFolders(segments, 0))
  for (const name of names) {
    const next = new Set<number>()
    for (const at of reached) {
      const segment = segments[at]
      if (segment === 'folders') for (const after of beyondFolders(segments, at)) next.add(after)
      else if (segment !== undefined && matchesName(segment, [...name])) {
        for (const after of beyondFolders(segments, at + 1)) next.add(after)
      }
    }
    reached = next
  }
  return reached.has(segments.length)
}

/** The position itself, and those behind it that `**` lets pass without a folder. */
function beyondFolders(segments: Segment[], from: number): number[] {
  const positions = [from]
  for (let at = from; segments[at] === 'folders'; at += 1) positions.push(at + 1)
  return positions
}

/** Goes back to the last `*` alone: what an earlier one took need never be given back. */
function matchesName(parts: Part[], name: string[]): boolean {
  let part = 0
  let retry: { part: number; at: number } | undefined
  for (let at = 0; at < name.length; ) {
    const here = parts[part]
    if (here === 'any') {
      retry = { part, at }
      part += 1
    } else if (here?.(name[at] ?? '')) {
      part += 1
      at += 1
    } else if (retry !== undefined) {
      retry = { part: retry.part, at: retry.at + 1 }
      part = retry.part + 1
      at = retry.at
    } else return false
  }
  return parts.slice(part).every((left) => left === 'any')
}
