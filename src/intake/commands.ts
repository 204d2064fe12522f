// `/draftsmith …` in a comment, as a value.
import { closest, distance } from 'fastest-levenshtein'

export const commandWords = ['run', 'stop', 'retry', 'status', 'help'] as const
export type CommandWord = (typeof commandWords)[number]

export type Command =
  | { kind: CommandWord }
  /** `word` holds lower-case letters, digits and hyphens only, so that it can be shown; empty when there was nothing of that kind. */
  | { kind: 'unknown'; word: string; nearest: CommandWord | undefined }

/**
 * The first line that begins with `/draftsmith`, outside quotes and code blocks; undefined when there is none.
 * What follows the first word is ignored.
 */
export function parseCommand(comment: string): Command | undefined {
  const line = spokenLines(comment).find((text) => /^\/draftsmith(\s|$)/i.test(text))
  if (line === undefined) return undefined
  const written = line.split(/\s+/)[1] ?? 'help'
  const word = written.toLowerCase()
  const known = commandWords.find((command) => command === word)
  return known === undefined ? unknown(word) : { kind: known }
}

/** Quotes begin with `>` and so begin no command; what stands between code fences is left out here. */
function spokenLines(comment: string): string[] {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of comment.split(/\r\n|\r|\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && mark === undefined) lines.push(line)
    else if (fence === undefined) fence = mark
    else if (mark?.startsWith(fence)) fence = undefined
  }
  return lines
}

function unknown(written: string): Command {
  const word = written.replace(/[^a-z0-9-]/g, '').slice(0, 20)
  const near = closest(word, commandWords)
  const nearest = commandWords.find((command) => command === near && distance(word, command) <= 2)
  return { kind: 'unknown', word, nearest }
}
