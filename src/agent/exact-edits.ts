// Exact replacements in a text, pure. What does not fit is told with the nearest lines, so that the next try does.
import { distance } from 'fastest-levenshtein'

export interface Edit {
  old: string
  new: string
}

export type Edited = { kind: 'edited'; text: string } | { kind: 'refused'; message: string }

const comparedLines = 6
const comparedWidth = 200

/** Each edit sees the text the one before it left. */
export function applyEdits(text: string, edits: Edit[]): Edited {
  let current = text
  for (const [index, edit] of edits.entries()) {
    const name = edits.length > 1 ? `Edit ${index + 1}` : 'The edit'
    const at = current.indexOf(edit.old)
    if (at === -1)
      return refused(`${name}: its old text is not in the file. The nearest lines:\n${nearest(current, edit.old)}`)
    const again = occurrences(current, edit.old)
    if (again.length > 1)
      return refused(
        `${name}: its old text occurs ${again.length} times, at lines ${again.slice(0, 10).join(', ')}. Add lines around it.`,
      )
    if (edit.old === edit.new) return refused(`${name}: old and new text are the same.`)
    current = current.slice(0, at) + edit.new + current.slice(at + edit.old.length)
  }
  return { kind: 'edited', text: current }
}

function refused(message: string): Edited {
  return { kind: 'refused', message }
}

/** Line numbers, from 1. */
function occurrences(text: string, wanted: string): number[] {
  const lines: number[] = []
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    lines.push(text.slice(0, at).split('\n').length)
  }
  return lines
}

/** The place where the first lines of `wanted` fit best, white space at the ends aside, as `12: text`. */
function nearest(text: string, wanted: string): string {
  const lines = text.split('\n')
  const sought = wanted.replace(/^\n+|\n+$/g, '').split('\n')
  const head = sought.slice(0, comparedLines).map(comparable)
  const compared = lines.map(comparable)
  let best = { at: 0, score: Infinity }
  for (let at = 0; at < lines.length; at++) {
    let score = 0
    for (let i = 0; i < head.length && score < best.score; i++) score += distance(head[i] ?? '', compared[at + i] ?? '')
    if (score < best.score) best = { at, score }
  }
  const from = Math.max(0, best.at - 1)
  const shown = lines.slice(from, best.at + Math.min(sought.length, 20) + 1)
  return shown.map((line, i) => `${from + i + 1}: ${line}`).join('\n')
}

function comparable(line: string): string {
  return line.trim().slice(0, comparedWidth)
}
