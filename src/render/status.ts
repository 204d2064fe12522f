// The one comment on an issue: outcome first, readable on a phone, and readable again by us.
import type { Made, OutcomeKind } from '../run/outcome.ts'
import { renderDecline, runAgain } from './decline.ts'
import { cost, counted, moment } from './figures.ts'
import { folded } from './folded.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { codeBlock, codeSpan, inline, neutralise } from './neutralise.ts'
import { outcomeHeading, placeSentence } from './outcome-line.ts'
import { estimateLine } from './price-tag.ts'
import { renderQuestion } from './question.ts'
import { renderAnalysis } from './status-analysis.ts'
import { doingNow, renderStages } from './status-stages.ts'
import type { StatusView } from './status-view.ts'

/** GitHub takes 65,536 characters. */
export const maxComment = 65_000
const maxPatch = 40_000

/** Text that every status comment of ours contains, whatever its run. It stands on an issue, so the number need not be told. */
export function statusMarker(): string {
  return '<!-- draftsmith:status '
}

export interface ParsedStatus {
  runId: string
  state: StatusView['state']
  /** ISO 8601. */
  at: string
  tokens: number
  usd: number | undefined
  maxUsd: number
  issue?: number
  outcome?: OutcomeKind
}

/** Markdown, at most 65,000 characters. */
export function renderStatus(view: StatusView): string {
  const body = [
    renderHiddenData('status', {
      issue: view.issue,
      run: view.runId,
      state: view.state,
      outcome: view.outcome?.kind,
      at: view.at,
      tokens: view.tokens,
      usd: view.usd,
      max: view.maxUsd,
    }),
    `### ${heading(view)}`,
    ...outcomeParts(view),
    ...warnings(view),
    ...renderAnalysis(view),
    ...expectedCost(view),
    ...renderStages(view),
    ...ignored(view),
    footer(view),
  ].join('\n\n')
  const withPatch = view.patch === undefined ? body : `${body}\n\n${patch(view.patch)}`
  return withPatch.length <= maxComment ? withPatch : `${body.slice(0, maxComment)}…`
}

/** Undefined when the text is not a status comment. */
export function parseStatus(text: string): ParsedStatus | undefined {
  const data = parseHiddenData('status', text)
  if (data?.run === undefined || data.state === undefined || data.at === undefined) return undefined
  return {
    runId: data.run,
    state: data.state as StatusView['state'],
    at: data.at,
    tokens: Number(data.tokens),
    usd: data.usd === undefined ? undefined : Number(data.usd),
    maxUsd: Number(data.max),
    ...(data.issue === undefined ? {} : { issue: Number(data.issue) }),
    ...(data.outcome === undefined ? {} : { outcome: data.outcome as OutcomeKind }),
  }
}

function heading(view: StatusView): string {
  if (view.outcome !== undefined) return outcomeHeading(view.outcome)
  switch (view.state) {
    case 'queued':
      return queuedHeading(view)
    case 'awaiting_approval':
      return '✋ The plan waits for approval'
    case 'awaiting_answer':
      return '❓ A decision is needed'
    default:
      return `🔧 ${doingNow(view)}`
  }
}

function outcomeParts(view: StatusView): string[] {
  const { outcome, question } = view
  switch (outcome?.kind) {
    case undefined:
      if (question !== undefined && view.state.startsWith('awaiting')) return renderQuestion(question)
      return [...wentOn(view), ...whyNotYet(view)]
    case 'pull_request':
      return [placeSentence(outcome), ...notes(outcome.publication.notes)]
    case 'unverified':
      return [neutralise(outcome.reason), placeSentence(outcome), ...notes(outcome.publication.notes)]
    case 'plan_only':
      return [neutralise(outcome.reason)]
    // Has a comment of its own: `readiness-report.ts`.
    case 'reported':
      return []
    case 'declined':
      return [renderDecline(outcome.decline)]
    case 'cancelled':
      return [neutralise(outcome.reason), kept(outcome, view), runAgain('github', 'unchanged')]
    case 'failed':
      return [
        neutralise(outcome.reason),
        ...(outcome.mend === undefined ? [] : [`**What helps:** ${inline(outcome.mend, 500)}`]),
        kept(outcome, view),
        runAgain('github', 'unchanged'),
      ]
  }
}

/** The steps before the question are answered from their records, so that they are told again at once. */
function wentOn({ answeredBy, state }: StatusView): string[] {
  return answeredBy === undefined || state !== 'running'
    ? []
    : [`It goes on with the answer of ${codeSpan(answeredBy)}.`]
}

export function queuedHeading({ retry }: Pick<StatusView, 'retry'>): string {
  if (retry === undefined) return '⏳ Waiting for a free worker'
  return retry.waitsFor === undefined ? '⏳ Waiting to try again' : `⏳ Waiting for ${retry.waitsFor.who}`
}

/** What a run waits for that is in the queue. */
export function whyNotYet({ queuePosition, retry }: Pick<StatusView, 'queuePosition' | 'retry'>): string[] {
  if (retry !== undefined) return [neutralise(retry.reason), nextTry(retry)]
  return queuePosition ? [`${counted(queuePosition, 'run is', 'runs are')} before this one.`] : []
}

function nextTry({ by, waitsFor }: NonNullable<StatusView['retry']>): string {
  const next = `It is tried again by ${moment(by)}`
  return waitsFor === undefined
    ? `${next}.`
    : `${next}, then less often until ${moment(waitsFor.until)}. Nothing is paid while it waits.`
}

function kept({ patchArtifact, branch, pullRequest }: Made, { runId }: StatusView): string {
  if (pullRequest !== undefined) return `The work so far is in a draft pull request: ${pullRequest}`
  if (branch !== undefined)
    return `The work so far is on the branch ${inline(`\`${branch}\``)}; no pull request was opened.`
  return patchArtifact === undefined
    ? 'Nothing was pushed.'
    : `Nothing was pushed. The work so far is kept: ${codeSpan(`draftsmith show ${runId} --patch`)}`
}

function notes(lines: string[]): string[] {
  return lines.length === 0 ? [] : [lines.map((line) => `- ${inline(line, 500)}`).join('\n')]
}

export function warnings({ notes: lines }: Pick<StatusView, 'notes'>): string[] {
  if (lines.length === 0) return []
  return [['> [!NOTE]', ...lines.map((line) => `> - ${inline(line, 500)}`)].join('\n')]
}

function expectedCost({ estimate, state }: StatusView): string[] {
  return estimate === undefined || state === 'ended' ? [] : [`**Expected cost:** ${estimateLine(estimate)}.`]
}

function ignored({ ignored: lines }: StatusView): string[] {
  if (lines.length === 0) return []
  const text = [
    'The issue holds text that its page does not show. It was not read:',
    '',
    ...lines.map((line) => `- ${codeSpan(line)}`),
  ]
  return [folded(`Ignored hidden text (${lines.length})`, text.join('\n'))]
}

function footer(view: StatusView): string {
  const alive = view.state === 'ended' ? 'ended' : 'last sign of life'
  const stop = view.state === 'ended' ? '' : '\n\nComment `/draftsmith stop` to stop it.'
  return `<sub>${cost(view)} · ${runName(view)} · ${alive} ${moment(view.at)}</sub>${stop}`
}

/** By its trace, too, for whoever operates this and looks for it there. */
export function runName({ runId, traceId }: Pick<StatusView, 'runId' | 'traceId'>): string {
  const run = `run ${codeSpan(runId)}`
  return traceId === undefined ? run : `${run} · trace ${codeSpan(traceId)}`
}

function patch(text: string): string {
  const shown = text.length <= maxPatch ? text : `${text.slice(0, maxPatch)}\n… the rest is in the artifact`
  return folded('The patch', codeBlock(shown, 'diff'))
}
