// `/draftsmith …` in a comment, as a value.
import { closest, distance } from 'fastest-levenshtein'

export const commandWords = [
  'run',
  'stop',
  'retry',
  'approve',
  'revise',
  'choose',
  'status',
  'readiness',
  'help',
] as const
export type CommandWord = (typeof commandWords)[number]

export type Command =
  | { kind: Exclude<CommandWord, 'approve' | 'revise' | 'choose'> }
  /** Lower-case letters and digits; empty when there was nothing of that kind. */
  | { kind: 'approve'; hash: string }
  /** What stands after the word, to the end of the comment; may be empty. */
  | { kind: 'revise'; text: string }
  /** 0 when there was no number. */
  | { kind: 'choose'; option: number }
  /** `word` holds lower-case letters, digits and hyphens only, so that it can be shown; empty when there was nothing of that kind. */
  | { kind: 'unknown'; word: string; nearest: CommandWord | undefined }

/** From the first line that begins with `/draftsmith`, outside quotes and code blocks; undefined when there is none. */
export function parseCommand(comment: string): Command | undefined {
  const lines = comment.split(/\r\n|\r|\n/)
  const at = firstSpoken(lines, (line) => /^\/draftsmith(\s|$)/i.test(line))
  if (at === undefined) return undefined
  const [line = '', ...below] = lines.slice(at)
  const [, written = 'help', rest = ''] = /^\S+\s+(\S+)\s*(.*)$/.exec(line.trimEnd()) ?? []
  const word = written.toLowerCase()
  const known = commandWords.find((command) => command === word)
  switch (known) {
    case undefined:
      return unknown(word)
    case 'approve':
      return { kind: known, hash: plainWord(rest.split(/\s/)[0] ?? '') }
    case 'choose':
      return { kind: known, option: Number(/^\D{0,2}(\d{1,3})\b/.exec(rest)?.[1] ?? 0) }
    case 'revise':
      return { kind: known, text: [rest, ...below].join('\n').trim() }
    default:
      return { kind: known }
  }
}

/** Quotes begin with `>` and so begin no command; what stands between code fences is passed over here. */
function firstSpoken(lines: string[], fits: (line: string) => boolean): number | undefined {
  let fence: string | undefined
  for (const [at, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && mark === undefined && fits(line)) return at
    if (fence === undefined) fence = mark
    else if (mark?.startsWith(fence)) fence = undefined
  }
  return undefined
}

function unknown(written: string): Command {
  const word = plainWord(written)
  const near = closest(word, commandWords)
  const nearest = commandWords.find((command) => command === near && distance(word, command) <= 2)
  return { kind: 'unknown', word, nearest }
}

/** Copied from a page it may come with backticks or a full stop. */
function plainWord(written: string): string {
  return written
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 20)
}
