// Subject, body, trailers. The trailers are how we find our own work again.
import { plain } from './neutralise.ts'

export interface CommitMessage {
  title: string
  /** Paragraphs of plain text; may come from a model. */
  body: string
  runId: string
  /** 40 hexadecimal digits. */
  baseCommit: string
}

const subjectLength = 72
const lineLength = 72

export function renderCommitMessage({ title, body, runId, baseCommit }: CommitMessage): string {
  const paragraphs = body
    .split(/\n\s*\n/)
    .map((paragraph) => wrap(plain(paragraph, 2_000)))
    .filter((paragraph) => paragraph !== '')
  const trailers = `Draftsmith-Run: ${runId}\nDraftsmith-Base: ${baseCommit}`
  return [inert(plain(title, subjectLength)) || 'Change', ...paragraphs, trailers].join('\n\n')
}

/** The last trailers count, so that nothing in the body can stand for them; undefined when the commit is not ours. */
export function parseTrailers(message: string): { runId: string; baseCommit: string } | undefined {
  const runId = lastMatch(message, /^Draftsmith-Run: (r-[a-z0-9]{10})\s*$/gm)
  const baseCommit = lastMatch(message, /^Draftsmith-Base: ([0-9a-f]{40})\s*$/gm)
  return runId === undefined || baseCommit === undefined ? undefined : { runId, baseCommit }
}

function lastMatch(text: string, pattern: RegExp): string | undefined {
  return [...text.matchAll(pattern)].at(-1)?.[1]
}

function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > lineLength) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(inert).join('\n')
}

/** A line that begins with `#` would be a comment to git when somebody edits the message; ours are the only trailers of this name. */
function inert(line: string): string {
  return line.replace(/^(#|Draftsmith-)/, ' $1')
}
