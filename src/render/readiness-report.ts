// The one comment on an issue that reports readiness; the status comment of the issue's runs is another.
import type { OutcomeKind } from '../run/outcome.ts'
import { renderDecline, runAgain } from './decline.ts'
import { moment } from './figures.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { inline, neutralise } from './neutralise.ts'
import { outcomeHeading } from './outcome-line.ts'
import { renderReadiness } from './readiness.ts'
import { maxComment, queuedHeading, runName, warnings, whyNotYet } from './status.ts'
import type { StatusView } from './status-view.ts'

/** Text that every readiness report of ours contains, whatever its run. */
export function readinessMarker(): string {
  return '<!-- draftsmith:readiness '
}

/** Markdown, at most 65,000 characters. */
export function renderReadinessReport(view: StatusView): string {
  const { issue, runId, state, outcome, readiness, at } = view
  const verdict = readiness?.readiness.verdict
  const body = [
    renderHiddenData('readiness', { issue, run: runId, state, outcome: outcome?.kind, verdict, at }),
    `### ${heading(view)}`,
    ...parts(view),
    ...warnings({ notes: view.notes.filter((note) => !readiness?.readiness.notes.includes(note)) }),
    footer(view),
  ].join('\n\n')
  return body.length <= maxComment ? body : `${body.slice(0, maxComment - 1)}…`
}

export interface ParsedReadinessReport {
  runId: string
  state: StatusView['state']
  /** ISO 8601. */
  at: string
  outcome?: OutcomeKind
  /** `ready`, `limited` or `not_ready`. */
  verdict?: string
}

/** Undefined when the text is not a readiness report. */
export function parseReadinessReport(text: string): ParsedReadinessReport | undefined {
  const { run, state, at, outcome, verdict } = parseHiddenData('readiness', text) ?? {}
  if (run === undefined || state === undefined || at === undefined) return undefined
  return {
    runId: run,
    state: state as StatusView['state'],
    at,
    ...(outcome !== undefined && { outcome: outcome as OutcomeKind }),
    ...(verdict !== undefined && { verdict }),
  }
}

function heading(view: StatusView): string {
  if (view.outcome !== undefined) return outcomeHeading(view.outcome)
  return view.state === 'queued' ? queuedHeading(view) : '🧪 Installing, and running the checks'
}

function parts({ outcome, readiness, ...view }: StatusView): string[] {
  switch (outcome?.kind) {
    case undefined:
      return whyNotYet(view)
    case 'reported':
      return readiness === undefined ? [] : [renderReadiness(readiness.readiness, readiness.of), again]
    case 'declined':
      return [renderDecline(outcome.decline, 'readiness')]
    case 'failed':
      return [neutralise(outcome.reason), ...mend(outcome.mend), again]
    case 'cancelled':
      return [neutralise(outcome.reason), again]
    // Not ends of a run that measures.
    case 'pull_request':
    case 'unverified':
    case 'plan_only':
      return []
  }
}

const again = runAgain('readiness')

function mend(text: string | undefined): string[] {
  return text === undefined ? [] : [`**What helps:** ${inline(text, 500)}`]
}

function footer(view: StatusView): string {
  const { state, at } = view
  const over = state === 'ended'
  const line = `<sub>No model was asked · ${runName(view)} · ${over ? 'ended' : 'last sign of life'} ${moment(at)}</sub>`
  return over ? line : `${line}\n\nComment \`/draftsmith stop\` to stop it.`
}
