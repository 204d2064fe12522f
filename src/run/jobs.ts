// The names under which jobs are kept, and the SQL on pg-boss's own tables that its API has no call for.

import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf, type Transaction } from './orm.ts'

export const jobs = 'run'

export interface JobData {
  runId: string
  repositoryKey: string
}

export async function activeJobs(database: Database): Promise<string[]> {
  const result = await database.query((orm) =>
    orm.execute(sql`select id from pgboss.job where name = ${jobs} and state = 'active'`),
  )
  return rowsOf<{ id: string }>(result).map((row) => row.id)
}

/** Runs that have to go on, but have no job that would make them. One process looks at a time, so that none gets two. */
export async function runsWithoutJob(transaction: Transaction): Promise<JobData[]> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended('runs without a job', 2))`)
  const result = await transaction.execute(sql`
    select run.id as "runId", run.repository_key as "repositoryKey"
    from draftsmith.run
    where run.state in ('queued', 'running') and not exists (
      select 1 from pgboss.job
      where job.name = ${jobs} and job.state <= 'active' and job.data ->> 'runId' = run.id
    )
    order by run.sequence`)
  return rowsOf<JobData>(result)
}

/** How an active job goes back to its place in the queue. */
export interface PutBack {
  /** It is not taken again for so long. Milliseconds. */
  pauseMs: number
  /** Kept with the job, for whoever looks: only what is safe to read there. */
  output: { waits: typeof waitsForOrganisation } | { code: string; message: string } | undefined
}

/** What is kept with a job whose organisation has no place left. */
export const waitsForOrganisation = 'organisation'

/**
 * Puts an active job back. Whoever takes it next raises `retry_count`, so that the completion of the handler that put it back
 * cannot end what the next one does.
 */
export async function putBack(
  database: Database,
  job: { id: string; name: string; retryCount: number },
  { pauseMs, output }: PutBack,
): Promise<void> {
  const said = output === undefined ? null : JSON.stringify(output)
  await database.query((orm) =>
    orm.execute(sql`
      update pgboss.job set state = 'retry',
        start_after = now() + ${pauseMs}::double precision * interval '1 millisecond', output = ${said}::jsonb
      where name = ${job.name} and id = ${job.id}::uuid and state = 'active' and retry_count = ${job.retryCount}`),
  )
}

/** More often than a job is ever taken: what limits a run's tries stands in its own row. */
export const jobTries = 1_000_000_000

/**
 * Jobs that an earlier release made go on by the rules of this one; it kept those whose tries were used up in a queue of their own,
 * from where nobody takes them any more.
 */
export async function adoptEarlierJobs(database: Database): Promise<void> {
  await database.transact(async (transaction) => {
    await transaction.execute(sql`
      update pgboss.job set retry_limit = ${jobTries}, retry_backoff = false, retry_delay = 1, dead_letter = null
      where name = ${jobs} and state <= 'active' and retry_limit < ${jobTries}`)
    await transaction.execute(sql`delete from pgboss.job where name = 'run-dead'`)
  })
}
