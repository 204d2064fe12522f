// The steps of a run, one line each, and the one that is under way.
import type { Stage } from '../run/run.ts'
import { counted, duration } from './figures.ts'
import { folded } from './folded.ts'
import { codeSpan, inline } from './neutralise.ts'
import { estimateAgainst } from './price-tag.ts'
import type { StatusView } from './status-view.ts'

type StageLine = StatusView['stages'][number]
type LineStatus = StageLine['status']

/** What a run is about: between two steps the one that comes next. */
export function doingNow({ stages }: StatusView): string {
  const last = stages.findLastIndex(({ status }) => status === 'done' || status === 'failed')
  const { stage, round } = stages.find(({ status }) => status === 'running') ?? stages[last + 1] ?? { stage: 'publish' }
  return `${doing[stage]}${again(round)}`
}

/** Open while it moves, folded when it is over. */
export function renderStages(view: StatusView): string[] {
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

function stageLine({ stage, status, note, durationMs, round }: StageLine): string {
  const name = status === 'running' ? `**${doing[stage]}${again(round)}**` : `${names[stage]}${again(round)}`
  const remark = note === undefined ? '' : `: ${inline(note)}`
  const time = durationMs === undefined || durationMs < 1_000 ? '' : ` (${duration(durationMs)})`
  return `- ${marks[status]} ${name}${remark}${time}`
}

/** What verification or review sent back is made again. */
function again(round = 0): string {
  return round === 0 ? '' : ` (round ${round + 1})`
}

function planLine({ title, path, status }: StatusView['plan'][number]): string {
  return `  - ${marks[status]} ${codeSpan(path)}: ${inline(title)}`
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
