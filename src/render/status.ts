// The one comment on an issue: outcome first, readable on a phone, and readable again by us.
import type { Made, OutcomeKind } from '../run/outcome.ts'
import type { Stage } from '../run/run.ts'
import { renderDecline, runAgain } from './decline.ts'
import { cost, counted, duration, moment } from './figures.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { codeBlock, codeSpan, inline, neutralise } from './neutralise.ts'
import { outcomeHeading, placeSentence } from './outcome-line.ts'
import { estimateAgainst, estimateLine } from './price-tag.ts'
import { renderQuestion } from './question.ts'
import type { StatusView } from './status-view.ts'

type StageLine = StatusView['stages'][number]
type LineStatus = StageLine['status']

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
    ...analysis(view),
    ...expectedCost(view),
    ...progress(view),
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
    default: {
      const running = view.stages.find(({ status }) => status === 'running')
      return running === undefined ? '🔧 Working on it' : `🔧 ${doing[running.stage]}`
    }
  }
}

function outcomeParts(view: StatusView): string[] {
  const { outcome, question } = view
  switch (outcome?.kind) {
    case undefined:
      if (question !== undefined && view.state.startsWith('awaiting')) return renderQuestion(question)
      return whyNotYet(view)
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

export function queuedHeading({ retry }: Pick<StatusView, 'retry'>): string {
  return retry === undefined ? '⏳ Waiting for a free worker' : '⏳ Waiting to try again'
}

/** What a run waits for that is in the queue. */
export function whyNotYet({ queuePosition, retry }: Pick<StatusView, 'queuePosition' | 'retry'>): string[] {
  if (retry !== undefined) return [`${neutralise(retry.reason)}\n\nIt is tried again by ${moment(retry.by)}.`]
  return queuePosition ? [`${counted(queuePosition, 'run is', 'runs are')} before this one.`] : []
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

function analysis({ analysis: view, outcome }: StatusView): string[] {
  if (view === undefined) return []
  return [
    neutralise(view.summary),
    ...(view.rootCause === undefined ? [] : [`**Cause:** ${inline(view.rootCause, 1_000)}`]),
    ...list(
      'What would change',
      view.changes.map(
        ({ path, kind, title, reason }) =>
          `${codeSpan(path)}${kinds[kind]}: ${inline(title)}. ${inline(reason, 1_000)}`,
      ),
    ),
    ...list(
      `Risk: ${view.risk}`,
      view.risks.map((risk) => inline(risk, 1_000)),
    ),
    ...list(
      'To check in a review',
      view.checklist.map((item) => `[ ] ${inline(item, 1_000)}`),
    ),
    `**Suggested title:** ${inline(view.title)}`,
    ...(outcome?.kind === 'plan_only' ? [planInHand] : []),
  ]
}

const kinds = { modify: '', create: ' (new)', delete: ' (goes)' }

const planInHand =
  'No code was written; the plan is for doing it by hand. What may be done without asking stands under `approval`, `limits` and `sensitivity` in `.github/draftsmith.yml`; subjects such as credentials or payments always end with a plan.'

function list(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : [`**${title}**\n${items.map((item) => `- ${item}`).join('\n')}`]
}

function expectedCost({ estimate, state }: StatusView): string[] {
  return estimate === undefined || state === 'ended' ? [] : [`**Expected cost:** ${estimateLine(estimate)}.`]
}

/** Open while it moves, folded when it is over. */
function progress(view: StatusView): string[] {
  const reached = view.stages.filter(({ status }) => status !== 'pending' && status !== 'skipped')
  if (reached.length === 0 && (view.state === 'queued' || view.state === 'ended')) return []
  const ended = view.state === 'ended'
  // A worker that died cannot close its lines: when the run is over, nothing runs.
  const over = <T extends { status: LineStatus }>(line: T) =>
    ended && line.status === 'running' ? { ...line, status: 'failed' as const } : line
  const lines = (ended ? reached : view.stages).flatMap((line) => [
    stageLine(over(line)),
    ...(line.stage === 'execute' && view.analysis === undefined ? view.plan.map((step) => planLine(over(step))) : []),
  ])
  const against = view.estimate === undefined ? [] : [`- ${estimateAgainst(view.estimate, view)}`]
  const text = [...lines, ...(ended ? against : [])].join('\n')
  return [ended ? folded(`What was done (${counted(reached.length, 'step')})`, text) : text]
}

const marks: Record<LineStatus, string> = { pending: '▫️', running: '⏳', done: '✅', failed: '❌', skipped: '➖' }

function stageLine({ stage, status, note, durationMs }: StageLine): string {
  const name = status === 'running' ? `**${doing[stage]}**` : names[stage]
  const remark = note === undefined ? '' : `: ${inline(note)}`
  const time = durationMs === undefined || durationMs < 1_000 ? '' : ` (${duration(durationMs)})`
  return `- ${marks[status]} ${name}${remark}${time}`
}

function planLine({ title, path, status }: StatusView['plan'][number]): string {
  return `  - ${marks[status]} ${codeSpan(path)}: ${inline(title)}`
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

function folded(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`
}

const doing: Record<Stage, string> = {
  screen: 'Reading the issue and the policy',
  normalize: 'Understanding what is asked',
  gate: 'Checking what the policy allows',
  prepare: 'Installing, and running the checks before any change',
  explore: 'Looking for the code',
  plan: 'Planning the change',
  execute: 'Making the change',
  verify: 'Verifying in a fresh work tree',
  judge: 'Reviewing the change',
  publish: 'Publishing',
}

const names: Record<Stage, string> = {
  screen: 'Issue and policy',
  normalize: 'Understanding',
  gate: 'Scope and risk',
  prepare: 'Checks before any change',
  explore: 'Code',
  plan: 'Plan',
  execute: 'Change',
  verify: 'Verification',
  judge: 'Review',
  publish: 'Publishing',
}
