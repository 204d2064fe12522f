// Why no work was done, and what would change that.
import type { Decline, DeclineCode } from '../policy/decline.ts'
import { declineTexts } from './decline-texts.ts'
import { codeBlock, inline } from './neutralise.ts'

/** Where the reader is decides how to run again. */
export type Place = 'github' | 'readiness' | 'local'

const maxEvidence = 10
const maxQuoted = 1_500

export function declineTitle(code: DeclineCode): string {
  return declineTexts[code].title
}

/** The body below a heading: what was found, what would change the answer, how to run again. */
export function renderDecline({ code, evidence, links = [] }: Decline, place: Place = 'github'): string {
  const { found = 'What was found', mends, again } = declineTexts[code]
  return [
    ...section(found, [...evidence.slice(0, maxEvidence).map(evidenceItem), ...links]),
    ...section('What would change the answer', mends),
    ...(again === 'elsewhere' ? [] : [runAgain(place, again)]),
  ]
    .join('\n')
    .trimEnd()
}

/** `unchanged` where nothing about the issue was wrong. */
export function runAgain(place: Place, issue: 'edited' | 'unchanged' = 'edited'): string {
  if (place === 'readiness') return 'To measure again, comment `/draftsmith readiness`.'
  if (place === 'local')
    return issue === 'unchanged'
      ? 'To run again, give the same command.'
      : 'To run again, change the text where needed and give the same command.'
  return issue === 'unchanged'
    ? 'To run again, comment `/draftsmith retry`.'
    : 'To run again, edit the issue where needed, then comment `/draftsmith run`. Edits alone are not read.'
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`**${title}**`, ...lines.map((line) => `- ${line}`), '']
}

/** What a command printed follows its first line as a block, in which line breaks survive. */
function evidenceItem(text: string): string {
  const [first = '', ...output] = text.trim().split('\n')
  if (output.length === 0) return inline(first, 500)
  const block = codeBlock(endOf(output.join('\n').trim()))
  return [inline(first, 500), '', ...block.split('\n').map((line) => `  ${line}`)].join('\n')
}

/** Whole lines: what went wrong stands at the end of what a command prints. */
function endOf(output: string): string {
  if (output.length <= maxQuoted) return output
  const end = output.slice(-maxQuoted)
  return `…\n${end.slice(end.indexOf('\n') + 1)}`
}
