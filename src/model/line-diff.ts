export interface DiffOptions {
  /** Unchanged lines shown around each change. */
  context: number
  /** Lines shown at most; the rest is counted. */
  maxLines?: number
}

interface Line {
  sign: ' ' | '-' | '+'
  text: string
  /** Line number in `after` (or where it would stand), from 1. */
  at: number
}

/** Above this many comparisons the changed middle is shown as replaced as a whole. */
const largestTable = 4_000_000

/**
 * The changes between two texts, given as lines: `@ 12` with the line number in `after`, then ` `, `-` and `+` lines.
 * Empty when they are equal.
 */
export function lineDiff(before: string[], after: string[], options: DiffOptions): string {
  const lines = align(before, after)
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - options.context), at + options.context + 1).some((line) => line.sign !== ' '),
  )
  const out: string[] = []
  lines.forEach((line, at) => {
    if (!shown[at]) return
    if (!shown[at - 1]) out.push(`@ ${line.at}`)
    out.push(line.sign + line.text)
  })
  const limit = options.maxLines ?? out.length
  return out.length > limit ? [...out.slice(0, limit), `… ${out.length - limit} more lines`].join('\n') : out.join('\n')
}

function align(before: string[], after: string[]): Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++

  const same = (texts: string[], from: number): Line[] =>
    texts.map((text, i) => ({ sign: ' ', text, at: from + i + 1 }))
  return [
    ...same(after.slice(0, head), 0),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail), head),
    ...same(after.slice(after.length - tail), after.length - tail),
  ]
}

/** Longest common subsequence; removals come before additions. */
function middle(before: string[], after: string[], offset: number): Line[] {
  const width = after.length + 1
  const small = before.length * after.length <= largestTable
  const table = small ? commonLengths(before, after) : undefined
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const text = before[i]
    const next = after[j]
    const at = offset + j + 1
    if (table && text !== undefined && text === next) {
      lines.push({ sign: ' ', text, at })
      i++
      j++
    } else if (
      text !== undefined &&
      (next === undefined || !table || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      lines.push({ sign: '-', text, at })
      i++
    } else if (next !== undefined) {
      lines.push({ sign: '+', text: next, at })
      j++
    }
  }
  return lines
}

function commonLengths(before: string[], after: string[]): Uint32Array {
  const width = after.length + 1
  const table = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const longest = Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0)
      table[i * width + j] = before[i] === after[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : longest
    }
  }
  return table
}
