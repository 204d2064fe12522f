// The queue at a terminal.
import type { FailedRun, PausingJob, QueuedJob, QueueReport, Requeued, Stopped } from '../run/desk.ts'
import { counted, duration, moment } from './figures.ts'
import { plain } from './neutralise.ts'

export function renderQueue({ pause, underWay, waiting, pausing, failed }: QueueReport, now: Date): string {
  const state =
    pause === undefined
      ? 'The queue is open.'
      : `The queue is paused since ${moment(pause.since.toISOString())}: ${plain(pause.reason, 200)}. \`draftsmith queue resume\` opens it.`
  const ago = (since: Date) => duration(Math.max(0, now.getTime() - since.getTime()))
  return [
    state,
    ...section('Under way', underWay.length, underWay, (job) => [
      `${nameOf(job)}`,
      `${job.ending ? 'is being ended' : attemptOf(job)}, for ${ago(job.since)}; last sign of life ${ago(job.lastSign)} ago`,
    ]),
    ...section('Waiting', waiting.length, waiting, (job) => [nameOf(job)]),
    ...section('Waiting for their time', pausing.length, pausing, (job) => [nameOf(job), whyNot(job, now)]),
    ...section('Failed; `draftsmith queue requeue RUN` starts one again', failed.count, failed.newest, failedLines),
  ].join('\n')
}

export function renderFailed(runs: readonly FailedRun[]): string {
  return runs.length === 0 ? 'No run has failed.' : runs.flatMap(failedLines).join('\n')
}

/** What became of one that was to start again. */
export function renderRequeued(runId: string, requeued: Requeued): string {
  switch (requeued.kind) {
    case 'requeued':
      return `${runId} starts again as ${requeued.run.id}.`
    case 'unknown':
      return `There is no run ${runId}.`
    case 'not_failed':
      return requeued.outcome === undefined
        ? `${runId} has not ended: it is ${requeued.state}.`
        : `${runId} has not failed: it ended as ${requeued.outcome}.`
    case 'superseded':
      return `${runId} has a newer run of its task: ${requeued.by}.`
  }
}

/** What became of one that was to stop. */
export function renderStopped(runId: string, stopped: Stopped): string {
  switch (stopped.kind) {
    case 'stopped':
      return stopped.state === 'running'
        ? `${runId} was asked to stop; its worker looks every second.`
        : `${runId} has ended; the round tell-ends says so on its issue.`
    case 'unknown':
      return `There is no run ${runId}.`
    case 'ended':
      return `${runId} has ended already, as ${stopped.outcome}.`
  }
}

export function renderDrained(report: Pick<QueueReport, 'underWay'>): string {
  const { length } = report.underWay
  return length === 0
    ? 'Nothing is under way.'
    : `${counted(length, 'run')} ${length === 1 ? 'is' : 'are'} still under way.`
}

function section<T>(title: string, count: number, items: readonly T[], lines: (item: T) => string[]): string[] {
  if (count === 0) return []
  const more = count > items.length ? [`  … and ${counted(count - items.length, 'older one')}`] : []
  const shown = items.flatMap((item) => lines(item).map((line, at) => `${at === 0 ? '  ' : '    '}${line}`))
  return ['', `${title} (${count})`, ...shown, ...more]
}

function nameOf({ runId, title, url }: Pick<QueuedJob, 'runId' | 'title' | 'url'>): string {
  return [runId, ...(url === undefined ? [] : [url]), plain(title, 80)].join('  ')
}

function attemptOf({ attempt, attempts }: QueuedJob): string {
  return `attempt ${attempt} of ${attempts}`
}

function whyNot(job: PausingJob, now: Date): string {
  const wait = duration(Math.max(0, job.until.getTime() - now.getTime()))
  if (job.because === undefined)
    return `its organisation has as many runs under way as it may; asked again within ${wait}`
  return `${attemptOf(job)} in ${wait}; ${job.because.code}: ${plain(job.because.message, 200)}`
}

function failedLines(run: FailedRun): string[] {
  return [nameOf(run), `${moment(run.endedAt.toISOString())}  ${run.code}: ${plain(run.reason, 200)}`]
}
