// The queue on pg-boss, for PostgreSQL and the embedded database. The run's row is the truth: a run that has to go on and
// has no job gets one when a process starts, and a job whose run needs nothing does nothing.
import type { SQL } from 'drizzle-orm'
import { fromDrizzle, PgBoss, type SendOptions } from 'pg-boss'
import type { Logger } from 'pino'
import type { Database } from './database.ts'
import { alias, and, count, eq, gt, sql } from './drivers.ts'
import { JobTaker } from './job-taker.ts'
import { deadJobs, type JobData, jobs } from './jobs.ts'
import { rowsOf, type Transaction } from './orm.ts'
import type { Queue } from './queue.ts'
import { runTable } from './schema.ts'

export interface QueueOptions {
  database: Database
  /** Jobs at once in this process. */
  concurrency: number
  logger: Pick<Logger, 'warn' | 'error'>
  /** How often a job is tried again, and the pauses: `delaySeconds` doubled each time, at most `maxDelaySeconds`. */
  retry?: { limit: number; delaySeconds: number; maxDelaySeconds: number }
  /** A job whose process gave no sign of life for so long is taken back. At least 10. */
  heartbeatSeconds?: number
}

export interface PgBossQueue extends Queue {
  /** Writes the job of a run within the transaction that writes the run; the ledger calls it. */
  enqueue(transaction: Transaction, run: { id: string; repositoryKey: string }): Promise<void>
  /** The same for a run that goes on after an answer: ahead of those that have not started. */
  wake(transaction: Transaction, run: { id: string; repositoryKey: string }): Promise<void>
}

/** Somebody answered: those go ahead of runs that have not started. */
const wokenPriority = 1
const day = 86_400
const defaultRetry = { limit: 8, delaySeconds: 5, maxDelaySeconds: 300 }

/** Opens the queue, also for processes that only record runs; jobs are taken from `work` on. Close it before the database. */
export async function createQueue(options: QueueOptions): Promise<PgBossQueue> {
  const { database, logger } = options
  const heartbeatSeconds = options.heartbeatSeconds ?? 30
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
  await createJobQueues(boss, heartbeatSeconds, options.retry)
  const taker = new JobTaker(boss, options)
  return {
    enqueue: (transaction, run) => send(boss, transaction, { runId: run.id, repositoryKey: run.repositoryKey }),
    wake: (transaction, run) =>
      send(boss, transaction, { runId: run.id, repositoryKey: run.repositoryKey }, { priority: wokenPriority }),
    work: (handler) => taker.work(handler),
    position: (runId) => position(database, runId),
    stop: (graceMs) => taker.stop(graceMs),
  }
}

async function createJobQueues(
  boss: PgBoss,
  heartbeatSeconds: number,
  { limit, delaySeconds, maxDelaySeconds } = defaultRetry,
): Promise<void> {
  const settings = {
    retryLimit: limit,
    retryDelay: delaySeconds,
    retryDelayMax: maxDelaySeconds,
    retryBackoff: true,
    heartbeatSeconds,
    // A run has its own deadline; this one only ends what hangs.
    expireInSeconds: day / 2,
    retentionSeconds: 365 * day,
    deleteAfterSeconds: day,
    notify: true,
  }
  await boss.createQueue(deadJobs, settings)
  await boss.createQueue(jobs, { ...settings, deadLetter: deadJobs })
  await boss.updateQueue(deadJobs, settings)
  await boss.updateQueue(jobs, { ...settings, deadLetter: deadJobs })
  // Sending looks the queue up, outside the transaction, unless it is known already; on the embedded database that look-up
  // would wait for the transaction that waits for it.
  await boss.findJobs(jobs, { data: { runId: '' } })
}

async function send(boss: PgBoss, transaction: Transaction, data: JobData, options: SendOptions = {}): Promise<void> {
  const db = fromDrizzle({ execute: async (query) => ({ rows: rowsOf(await transaction.execute(query as SQL)) }) }, sql)
  const id = await boss.send(jobs, data, { ...options, group: { id: data.repositoryKey }, db })
  if (id === null) throw new Error(`no job was made for ${data.runId}`)
}

async function position(database: Database, runId: string): Promise<number> {
  const own = alias(runTable, 'own')
  const rows = await database.query((orm) =>
    orm
      .select({ before: count() })
      .from(own)
      .innerJoin(runTable, and(eq(runTable.state, 'queued'), gt(own.sequence, runTable.sequence)))
      .where(and(eq(own.id, runId), eq(own.state, 'queued'))),
  )
  return rows[0]?.before ?? 0
}
