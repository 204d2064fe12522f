// The queue as its tables show it.

import type { Task } from '../task/task.ts'
import type { Database } from './database.ts'
import type {
  FailedRun,
  JobUnderWay,
  PausingJob,
  QueueDesk,
  QueuedJob,
  QueueReport,
  Requeued,
  Stopped,
} from './desk.ts'
import { and, desc, eq, sql } from './drivers.ts'
import { jobs } from './jobs.ts'
import type { Ledger } from './ledger.ts'
import { rowsOf } from './orm.ts'
import type { Queue } from './queue.ts'
import { pauseQueue, readPause, resumeQueue } from './queue-pause.ts'
import { runTable } from './schema.ts'
import { defaultPatience } from './tries.ts'

export interface QueueDeskOptions {
  database: Database
  ledger: Ledger
  /** Closed with the desk; it takes no jobs. */
  queue: Pick<Queue, 'stop'>
}

export function createQueueDesk({ database, ledger, queue }: QueueDeskOptions): QueueDesk {
  return {
    report: () => report(database),
    pause: (reason) => pauseQueue(database, reason),
    resume: () => resumeQueue(database),
    requeue: (runId) => requeue(ledger, runId),
    stop: (runId) => stop(ledger, runId),
    failed: (code) => failedRuns(database, { code }),
    async close() {
      await queue.stop(0)
      await ledger.close()
    },
  }
}

const { mostTries } = defaultPatience

/** What a report names of those that failed. */
const newestFailed = 20

async function report(database: Database): Promise<QueueReport> {
  const rows = await readJobs(database)
  const failed = await failedRuns(database, {})
  return {
    pause: await readPause(database),
    underWay: rows
      .filter(({ state }) => state === 'active')
      .map(toUnderWay)
      .sort(by(({ since }) => since)),
    waiting: rows.filter(({ state, ready }) => state !== 'active' && ready).map(toQueued),
    pausing: rows
      .filter(({ state, ready }) => state !== 'active' && !ready)
      .map(toPausing)
      .sort(by(({ until }) => until)),
    failed: { newest: failed.slice(0, newestFailed), count: failed.length },
  }
}

interface JobRow {
  state: 'created' | 'retry' | 'active'
  ready: boolean
  runId: string
  /** Whole, since SQL cannot look into a task whose text holds a NUL. */
  task: Task
  tries: number
  startAfter: string
  startedOn: string | null
  heartbeatOn: string | null
  output: { code?: string; message?: string } | null
}

/** In the order in which they are taken. The times as text, which both drivers answer alike. */
async function readJobs(database: Database): Promise<JobRow[]> {
  const result = await database.query((orm) =>
    orm.execute(sql`
      select job.state::text as state, job.start_after <= now() as ready, run.id as "runId", run.task,
        run.tries, job.start_after::text as "startAfter", job.started_on::text as "startedOn",
        job.heartbeat_on::text as "heartbeatOn", job.output
      from pgboss.job join draftsmith.run on run.id = job.data ->> 'runId'
      where job.name = ${jobs} and job.state <= 'active' and run.state <> 'ended'
      order by job.priority desc, job.created_on`),
  )
  return rowsOf<JobRow>(result)
}

function toQueued({ runId, task, state, tries }: JobRow): QueuedJob {
  // Claiming it is what counts a try.
  const attempt = state === 'active' ? Math.max(1, tries) : tries + 1
  return { runId, title: task.title, url: task.url, attempt, attempts: mostTries }
}

function toUnderWay(row: JobRow): JobUnderWay {
  const since = new Date(row.startedOn ?? row.startAfter)
  const lastSign = new Date(row.heartbeatOn ?? row.startedOn ?? row.startAfter)
  return { ...toQueued(row), since, lastSign, ending: row.tries > mostTries }
}

function toPausing(row: JobRow): PausingJob {
  const { code, message = '' } = row.output ?? {}
  return {
    ...toQueued(row),
    until: new Date(row.startAfter),
    because: code === undefined ? undefined : { code, message },
  }
}

/** Those whose task has no newer run: that one is what counts. */
async function failedRuns(database: Database, { code }: { code?: string | undefined }): Promise<FailedRun[]> {
  const rows = await database.query((orm) =>
    orm
      .select({ runId: runTable.id, task: runTable.task, outcome: runTable.outcome, endedAt: runTable.endedAt })
      .from(runTable)
      .where(
        and(
          eq(runTable.state, 'ended'),
          sql`${runTable.outcome}::text like '{"kind":"failed"%'`,
          sql`not exists (
            select 1 from draftsmith.run newer
            where newer.task_key = ${runTable.taskKey} and newer.attempt > ${runTable.attempt}
          )`,
        ),
      )
      .orderBy(desc(runTable.sequence)),
  )
  return rows.flatMap(({ runId, task, outcome, endedAt }) =>
    outcome?.kind === 'failed' && endedAt !== null && (code === undefined || outcome.code === code)
      ? [{ runId, title: task.title, url: task.url, endedAt, code: outcome.code, reason: outcome.reason }]
      : [],
  )
}

async function requeue(ledger: Ledger, runId: string): Promise<Requeued> {
  const run = await ledger.find(runId)
  if (run === undefined) return { kind: 'unknown' }
  if (run.outcome?.kind !== 'failed') return { kind: 'not_failed', state: run.state, outcome: run.outcome?.kind }
  const { task, taskKey, repositoryKey } = run
  const newest = await ledger.latest(taskKey)
  if (newest !== undefined && newest.id !== runId) return { kind: 'superseded', by: newest.id }
  const recorded = await ledger.record({ task, taskKey, repositoryKey, force: true })
  if (recorded.kind === 'recorded') return { kind: 'requeued', run: recorded.run }
  if (recorded.kind === 'already_under_way') return { kind: 'superseded', by: recorded.run.id }
  throw new Error(`a forced run was ${recorded.kind}`)
}

async function stop(ledger: Ledger, runId: string): Promise<Stopped> {
  const run = await ledger.find(runId)
  if (run === undefined) return { kind: 'unknown' }
  if (run.state === 'ended') return { kind: 'ended', outcome: run.outcome?.kind }
  // One that was asked to stop already is not in the way of a newer one, which is not meant.
  if (run.cancelReason === undefined)
    await ledger.cancel(run.taskKey, { reason: 'It was stopped by those who operate Draftsmith.' })
  return { kind: 'stopped', state: run.state }
}

function by<T>(time: (item: T) => Date): (a: T, b: T) => number {
  return (a, b) => time(a).getTime() - time(b).getTime()
}
