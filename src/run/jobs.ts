// The names under which jobs are kept, and the SQL on pg-boss's own tables that its API has no call for.

import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'

export const jobs = 'run'
/** Jobs whose attempts are used up. */
export const deadJobs = 'run-dead'

export interface JobData {
  runId: string
  repositoryKey: string
}

export async function activeJobs(database: Database, queue: string): Promise<string[]> {
  const result = await database.query((orm) =>
    orm.execute(sql`select id from pgboss.job where name = ${queue} and state = 'active'`),
  )
  return rowsOf<{ id: string }>(result).map((row) => row.id)
}

/** Runs that have to go on, but have no job that would make them. */
export async function runsWithoutJob(database: Database): Promise<JobData[]> {
  const result = await database.query((orm) =>
    orm.execute(sql`
      select run.id as "runId", run.repository_key as "repositoryKey"
      from draftsmith.run
      where run.state in ('queued', 'running') and not exists (
        select 1 from pgboss.job
        where job.name in (${jobs}, ${deadJobs}) and job.state in ('created', 'retry', 'active')
          and job.data ->> 'runId' = run.id
      )
      order by run.sequence`),
  )
  return rowsOf<JobData>(result)
}

/**
 * Takes the repository for an active job; false when another job has it or is to have it first. pg-boss itself keeps jobs of one
 * group apart only once they are committed: workers that fetch at the same moment get one each. The lock is a statement of its
 * own, so that the one after it sees what the previous holder committed.
 */
export function occupyRepository(database: Database, repositoryKey: string, jobId: string): Promise<boolean> {
  return database.transact(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${repositoryKey}, 1))`)
    const result = await transaction.execute(sql`
      insert into draftsmith.occupied as occupied (repository_key, job_id)
      select ${repositoryKey}, own.id from pgboss.job own
      where own.name = ${jobs} and own.id = ${jobId}::uuid and not exists (
        select 1 from pgboss.job ahead
        where ahead.name = ${jobs} and ahead.group_id = ${repositoryKey} and ahead.id <> own.id
          and (ahead.state = 'active' or ahead.state in ('created', 'retry') and ahead.start_after <= now())
          and (ahead.priority > own.priority or ahead.priority = own.priority and ahead.created_on < own.created_on)
      )
      on conflict (repository_key) do update set job_id = excluded.job_id
      where occupied.job_id = excluded.job_id or not exists (
        select 1 from pgboss.job where job.name = ${jobs} and job.id = occupied.job_id and job.state = 'active'
      )
      returning job_id`)
    return rowsOf(result).length === 1
  })
}

/**
 * Gives an active job back in its old place, at once and without counting the attempt. Whoever takes it next raises `retry_count`,
 * so that the completion of the handler that gave it back cannot end the next one's attempt; the limit is raised to make up for it.
 */
export async function giveBack(database: Database, job: { id: string; retryCount: number }): Promise<void> {
  await database.query((orm) =>
    orm.execute(sql`
      update pgboss.job set state = 'retry', retry_limit = retry_limit + 1
      where name = ${jobs} and id = ${job.id}::uuid and state = 'active' and retry_count = ${job.retryCount}`),
  )
}
