// The queue on pg-boss, for PostgreSQL and the embedded database. The run's row is the truth: a run that has to go on and
// has no job gets one when a process starts, and a job whose run needs nothing does nothing.
import type { SQL } from 'drizzle-orm'
import { fromDrizzle, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { JobTaker } from './job-taker.ts'
import { adoptEarlierJobs, type JobData, jobs, jobTries } from './jobs.ts'
import { rowsOf, type Transaction } from './orm.ts'
import { groupOf, limitRepository } from './places.ts'
import type { Queue } from './queue.ts'
import { readPause } from './queue-pause.ts'
import { type Lane, priorityOf } from './turns.ts'

export interface QueueOptions {
  database: Database
  /** Jobs at once in this process. */
  concurrency: number
  logger: Pick<Logger, 'warn' | 'error'>
  /** Runs of one organisation at once, in all processes; as many as there are workers when left out. */
  organisationLimit?: number | undefined
  /** A job whose process gave no sign of life for so long is taken back. At least 10. */
  heartbeatSeconds?: number
}

export interface PgBossQueue extends Queue {
  /** Writes the job of a run within the transaction that writes the run; the ledger calls it. */
  enqueue(transaction: Transaction, run: { id: string; repositoryKey: string }): Promise<void>
  /** The same for a run that goes on after an answer: ahead of those that have not started. */
  wake(transaction: Transaction, run: { id: string; repositoryKey: string }): Promise<void>
}

const day = 86_400

/** With it the run of a process that died goes on elsewhere within 25 s: silence, the look, pg-boss's own pause of 1 s, the next poll. */
const defaultHeartbeatSeconds = 15

/** Opens the queue, also for processes that only record runs; jobs are taken from `work` on. Close it before the database. */
export async function createQueue(options: QueueOptions): Promise<PgBossQueue> {
  const { database, logger } = options
  const heartbeatSeconds = options.heartbeatSeconds ?? defaultHeartbeatSeconds
  // How long the job of a process that died may wait beyond its heartbeat.
  const lookSeconds = Math.ceil(heartbeatSeconds / 3)
  const boss = new PgBoss({
    ...database.jobs,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: lookSeconds,
    monitorIntervalSeconds: lookSeconds,
  })
  boss.on('error', (error) => logger.error({ err: error }, 'queue error'))
  boss.on('warning', (warning) => logger.warn({ warning }, 'queue warning'))
  await boss.start()
  await createJobQueue(boss, heartbeatSeconds)
  await adoptEarlierJobs(database)
  const taker = new JobTaker(boss, {
    ...options,
    adopt: (transaction, data) => send(boss, transaction, data, 'requested'),
  })
  return {
    enqueue: (transaction, run) => send(boss, transaction, dataOf(run), 'requested'),
    wake: (transaction, run) => send(boss, transaction, dataOf(run), 'answered'),
    work: (handler) => taker.work(handler),
    allowAtOnce: (repositoryKey, runs) =>
      database.transact((transaction) => limitRepository(transaction, repositoryKey, runs)),
    paused: () => readPause(database),
    position: (runId) => position(database, runId),
    line: (most) => line(database, most),
    stop: (graceMs) => taker.stop(graceMs),
  }
}

async function createJobQueue(boss: PgBoss, heartbeatSeconds: number): Promise<void> {
  const settings = {
    retryLimit: jobTries,
    // After a process died: nothing outside is to be spared. What a run itself was stopped by has pauses of its own.
    retryDelay: 1,
    retryBackoff: false,
    heartbeatSeconds,
    // A run has its own deadline; this one only ends what hangs.
    expireInSeconds: day / 2,
    retentionSeconds: 365 * day,
    deleteAfterSeconds: day,
    notify: true,
  }
  await boss.createQueue(jobs, settings)
  // An earlier release had another queue for those whose tries were used up.
  await boss.updateQueue(jobs, { ...settings, deadLetter: null })
  // Sending looks the queue up, outside the transaction, unless it is known already; on the embedded database that look-up
  // would wait for the transaction that waits for it.
  await boss.findJobs(jobs, { data: { runId: '' } })
}

function dataOf(run: { id: string; repositoryKey: string }): JobData {
  return { runId: run.id, repositoryKey: run.repositoryKey }
}

async function send(boss: PgBoss, transaction: Transaction, data: JobData, lane: Lane): Promise<void> {
  const db = fromDrizzle({ execute: async (query) => ({ rows: rowsOf(await transaction.execute(query as SQL)) }) }, sql)
  const priority = await priorityOf(transaction, data.repositoryKey, lane)
  const id = await boss.send(jobs, data, { priority, group: await groupOf(transaction, data), db })
  if (id === null) throw new Error(`no job was made for ${data.runId}`)
}

/** In the order in which jobs are taken. Those that pause before another attempt are in nobody's way, nor are those whose run was stopped. */
async function position(database: Database, runId: string): Promise<number> {
  const result = await database.query((orm) =>
    orm.execute(sql`
      select count(*)::int as before from pgboss.job own join pgboss.job other
        on other.name = own.name and other.state < 'active' and other.start_after <= now() and other.id <> own.id
        and (other.priority > own.priority or other.priority = own.priority and other.created_on < own.created_on)
        and exists (select 1 from draftsmith.run where id = other.data ->> 'runId' and state <> 'ended')
      where own.name = ${jobs} and own.state < 'active' and own.data ->> 'runId' = ${runId}`),
  )
  return rowsOf<{ before: number }>(result)[0]?.before ?? 0
}

async function line(database: Database, most: number): Promise<string[]> {
  const result = await database.query((orm) =>
    orm.execute(sql`
      select run.id from pgboss.job join draftsmith.run on run.id = job.data ->> 'runId' and run.state <> 'ended'
      where job.name = ${jobs} and job.state < 'active' and job.start_after <= now()
      order by job.priority desc, job.created_on limit ${most}`),
  )
  return rowsOf<{ id: string }>(result).map(({ id }) => id)
}
