// Live progress of a local run: one line when a stage begins and one when it ends, so that a log file reads well, too.
import { estimateLine } from '../render/price-tag.ts'
import type { StatusView } from '../render/status-view.ts'

type StageLine = StatusView['stages'][number]

const verbs: Record<StageLine['stage'], string> = {
  screen: 'Reading the issue and the policy',
  normalize: 'Understanding what is asked',
  gate: 'Asking whether it may be done',
  prepare: 'Preparing the work tree and running the checks as they are',
  explore: 'Looking for the code',
  plan: 'Planning',
  execute: 'Making the change',
  verify: 'Verifying in a fresh work tree',
  judge: 'Reviewing',
  publish: 'Writing the result',
}

/** Answers a function that takes each new view and writes what changed. */
export function createTerminalProgress(write: (line: string) => void): (view: StatusView) => void {
  const told = new Set<string>()
  const once = (key: string, line: string) => {
    if (told.has(key)) return
    told.add(key)
    write(line)
  }
  return (view) => {
    if (view.estimate !== undefined) once('estimate', `  Expected cost: ${estimateLine(view.estimate)}`)
    for (const note of view.notes) once(`note ${note}`, `  ! ${note}`)
    for (const line of view.stages) tellStage(line, view, once)
    view.plan.forEach(({ title, path, status }, at) => {
      if (status !== 'pending') once(`plan ${at} ${status}`, `    ${marks[status]} ${path}: ${title}`)
    })
  }
}

const marks = { running: '…', done: '✓', failed: '✗', skipped: '-', pending: ' ' }

function tellStage(
  { stage, status, note, durationMs }: StageLine,
  { usd }: StatusView,
  once: (key: string, line: string) => void,
): void {
  if (status === 'running') once(`${stage} running ${note ?? ''}`, `… ${verbs[stage]}`)
  if (status !== 'done' && status !== 'failed') return
  const time =
    durationMs === undefined
      ? ''
      : ` (${(durationMs / 1000).toFixed(1)} s${usd ? `, ${usd.toFixed(2)} USD so far` : ''})`
  once(`${stage} ${status} ${note ?? ''}`, `${marks[status]} ${verbs[stage]}${note ? `: ${note}` : ''}${time}`)
}
