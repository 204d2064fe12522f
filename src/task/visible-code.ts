// Markdown shows code as it is, so what looks hidden inside code is in plain sight.
// In doubt a place counts as prose: then too much is removed, and listed, never too little.

/** Half-open, in order, apart from each other. */
export type Range = [start: number, end: number]

const openFence = /^(`{3,}(?!.*`)|~{3,})/
/** Inside these, GitHub reads raw HTML across blank lines. */
const rawHtml = /<(pre|script|style|textarea|xmp|listing|plaintext)\b/i

/**
 * Fenced blocks that begin in the first column, and code spans that no other reading of the line can take apart:
 * after an open `<`, an unmatched backtick or a table's bar the rest of the paragraph is prose.
 */
export function visibleCode(text: string): Range[] {
  const ranges: Range[] = []
  let fence: string | undefined
  let trusted = true
  let at = 0
  for (const line of text.split(/(?<=\n)/)) {
    const bare = line.trimEnd()
    if (fence !== undefined) {
      ranges.push([at, at + line.length])
      if (closes(bare, fence)) fence = undefined
    } else if (openFence.test(bare)) {
      fence = openFence.exec(bare)?.[1]
      ranges.push([at, at + line.length])
      trusted = true
    } else {
      if (bare === '') trusted = true
      const spans: Spans = trusted ? codeSpans(bare) : { ranges: [], whole: false }
      ranges.push(...spans.ranges.map(([start, end]): Range => [at + start, at + end]))
      trusted = spans.whole
      if (!trusted && hasRawHtml(bare, spans.ranges)) return ranges
    }
    at += line.length
  }
  return ranges
}

/**
 * Looks at every match that does not begin in visible code. `replace` answers what stands for it and up to which offset of the text,
 * which may lie beyond code, as a comment on the page does; or undefined to leave it.
 */
export function replaceOutsideCode(
  text: string,
  pattern: RegExp,
  replace: (match: RegExpExecArray, start: number) => { by: string; until: number } | undefined,
): string {
  const ranges = visibleCode(text)
  const search = new RegExp(pattern.source, pattern.flags)
  let result = ''
  let from = 0
  let next = 0
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { index } = match
    while (next < ranges.length && (ranges[next]?.[1] ?? 0) <= index) next += 1
    const [start, end] = ranges[next] ?? [text.length + 1, text.length + 1]
    if (index >= start) {
      search.lastIndex = end
      continue
    }
    const change = replace(match, index)
    if (change === undefined) continue
    result += text.slice(from, index) + change.by
    from = change.until
    search.lastIndex = from
  }
  return result + text.slice(from)
}

function closes(line: string, fence: string): boolean {
  const run = /^ {0,3}(`+|~+)$/.exec(line)?.[1] ?? ''
  return run[0] === fence[0] && run.length >= fence.length
}

interface Spans {
  ranges: Range[]
  /** The line was read to its end without doubt. */
  whole: boolean
}

function codeSpans(line: string): Spans {
  const ranges: Range[] = []
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]
    if (character === '\\') at += 1
    else if (character === '<') return { ranges, whole: false }
    else if (character === '`') {
      const end = endOfSpan(line, at)
      if (end === undefined || line.slice(at, end).includes('|')) return { ranges, whole: false }
      ranges.push([at, end])
      at = end - 1
    }
  }
  return { ranges, whole: true }
}

function endOfSpan(line: string, start: number): number | undefined {
  const run = /^`+/.exec(line.slice(start))?.[0] ?? ''
  for (const close of line.slice(start + run.length).matchAll(/`+/g)) {
    if (close[0].length === run.length) return start + run.length + close.index + run.length
  }
  return undefined
}

function hasRawHtml(line: string, spans: Range[]): boolean {
  return rawHtml.test(line.slice(spans.at(-1)?.[1] ?? 0))
}
