// The report of a run for a terminal: what the description of a pull request says, without Markdown.
import type { Outcome } from '../run/outcome.ts'
import { renderDecline } from './decline.ts'
import { cost, counted, duration } from './figures.ts'
import { plain } from './neutralise.ts'
import { outcomeLine } from './outcome-line.ts'
import type { PullRequestView } from './pull-request-view.ts'

const width = 100

/** How a run without work to show ended, with what can be done about it. */
export function renderTerminalOutcome(outcome: Outcome): string {
  const lines = [capital(outcomeLine(outcome))]
  if (outcome.kind === 'declined')
    lines.push('', renderDecline(outcome.decline, 'local').replace(/\*\*|`|\\(?=[[\]<>|$*_~])/g, ''))
  if (outcome.kind === 'failed' && outcome.mend !== undefined) lines.push(`What helps: ${plain(outcome.mend, 500)}`)
  return lines.join('\n')
}

export function renderTerminalReport(view: PullRequestView): string {
  const { plan, report, candidate, verdict, contract, charge } = view
  return [
    ...block(
      view.verified ? 'Verified' : 'NOT VERIFIED',
      view.verified ? [plain(plan.summary, 2_000)] : [plain(plan.summary, 2_000), ...problems(view)],
    ),
    ...block(
      'Changes',
      candidate.results.map(
        ({ modification, status }) =>
          `${modification.path}: ${plain(modification.title)}${status === 'done' ? '' : ` (${status})`}`,
      ),
    ),
    ...block(
      'Checks, before → after',
      report.checks.map((check) => {
        const times = duration(check.after.durationMs)
        return `${check.regressed ? '✗' : '✓'} ${check.line}  ${state(check.before)} → ${state(check.after)}  ${times}`
      }),
    ),
    ...block('Tests that fail without the change', shown(report.reproduction)),
    ...block(
      'Not verified',
      report.notVerified.map((line) => plain(line)),
    ),
    ...block(
      'To review',
      [...contract.acceptanceCriteria, ...verdict.remarks].map((line) => plain(line, 1_000)),
    ),
    ...block(
      'Notes',
      view.notes.map((line) => plain(line, 500)),
    ),
    `Run ${view.runId}: ${cost({ ...charge, maxUsd: view.maxUsd })}, ${counted(charge.calls, 'model call')}`,
  ].join('\n')
}

function shown(reproduction: PullRequestView['report']['reproduction']): string[] {
  const { failsWithoutChange = [], exitCodes = [] } = reproduction ?? {}
  return [...failsWithoutChange, ...exitCodes.filter(({ shows }) => shows).map(({ line }) => line)]
}

function problems({ report, verdict, candidate }: PullRequestView): string[] {
  return [
    ...(candidate.stopped === undefined ? [] : [plain(candidate.stopped.reason, 500)]),
    ...report.problems.map((line) => plain(line, 500)),
    ...verdict.objections.map(({ message }) => plain(message, 500)),
  ]
}

function state({ counts, passed }: PullRequestView['report']['checks'][number]['after']): string {
  if (counts === undefined) return passed ? 'passes' : 'fails'
  return counts.failed > 0 ? `${counts.failed} of ${counts.failed + counts.passed} fail` : `${counts.passed} pass`
}

function block(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.flatMap((line) => wrap(line)), '']
}

function wrap(text: string): string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = '   '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
