// How a run ended, for a terminal: without Markdown.
import type { Outcome } from '../run/outcome.ts'
import { renderDecline } from './decline.ts'
import { plain } from './neutralise.ts'
import { outcomeLine } from './outcome-line.ts'

/** How a run without work to show ended, with what can be done about it. */
export function renderTerminalOutcome(outcome: Outcome): string {
  const lines = [capital(outcomeLine(outcome))]
  if (outcome.kind === 'declined')
    lines.push('', renderDecline(outcome.decline, 'local').replace(/\*\*|`|\\(?=[[\]<>|$*_~])/g, ''))
  if (outcome.kind === 'failed' && outcome.mend !== undefined) lines.push(`What helps: ${plain(outcome.mend, 500)}`)
  return lines.join('\n')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
