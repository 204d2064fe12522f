// Who may work for a repository and its organisation. pg-boss keeps jobs of one group apart only once they are committed:
// workers that fetch at the same moment get one each. So each takes a place under a lock before it begins.
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { type JobData, jobs, waitsForOrganisation } from './jobs.ts'
import { rowsOf, type Transaction } from './orm.ts'

/** A limit beyond this is held as this: each number has a tier in pg-boss. */
export const mostOfRepository = 10

export type Taken = 'taken' | 'repository_busy' | 'organisation_busy'

export interface PlaceRequest {
  jobId: string
  repositoryKey: string
  /** Runs of one organisation at once; undefined: as many as there are workers. */
  organisationLimit: number | undefined
}

/**
 * Takes a place for an active job, unless its repository or organisation has none left or another job is to have it first.
 * The lock is a statement of its own, so that the one after it sees what the previous holder committed.
 */
export function takePlace(
  database: Database,
  { jobId, repositoryKey, organisationLimit }: PlaceRequest,
): Promise<Taken> {
  const owner = ownerOf(repositoryKey)
  return database.transact(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${owner}, 1))`)
    if (!(await repositoryHasPlace(transaction, repositoryKey, jobId))) return 'repository_busy'
    if (organisationLimit !== undefined && (await placesOf(transaction, owner, jobId)) >= organisationLimit)
      return 'organisation_busy'
    await transaction.execute(sql`
      insert into draftsmith.place (job_id, repository_key, owner_key) values (${jobId}::uuid, ${repositoryKey}, ${owner})
      on conflict (job_id) do nothing`)
    return 'taken'
  })
}

/** Gives the place up, and lets as many of those that wait for their organisation go on as it has places now. */
export function leavePlace(
  database: Database,
  { jobId, repositoryKey, organisationLimit }: PlaceRequest,
): Promise<void> {
  const owner = ownerOf(repositoryKey)
  return database.transact(async (transaction) => {
    await transaction.execute(sql`delete from draftsmith.place where job_id = ${jobId}::uuid`)
    if (organisationLimit === undefined) return
    const free = organisationLimit - (await placesOf(transaction, owner, jobId))
    await transaction.execute(sql`
      update pgboss.job set start_after = now() where name = ${jobs} and id in (
        select id from pgboss.job
        where name = ${jobs} and state < 'active' and start_after > now() and output ->> 'waits' = ${waitsForOrganisation}
          and starts_with(group_id, ${`${owner}/`})
        order by priority desc, created_on limit ${Math.max(0, free)}
      )`)
  })
}

/** Remembers what the policy of a repository says of runs at once, for the jobs that wait as well. */
export async function limitRepository(transaction: Transaction, repositoryKey: string, runs: number): Promise<void> {
  const limit = Math.max(1, Math.min(runs, mostOfRepository))
  const changed = await transaction.execute(sql`
    insert into draftsmith.repository as known (repository_key, concurrency) values (${repositoryKey}, ${limit})
    on conflict (repository_key) do update set concurrency = excluded.concurrency
    where known.concurrency <> excluded.concurrency
    returning concurrency`)
  if (rowsOf(changed).length === 0) return
  await transaction.execute(sql`
    update pgboss.job set group_tier = ${tierOf(limit)}
    where name = ${jobs} and state < 'active' and group_id = ${repositoryKey}`)
}

/** The group of a repository's next job. */
export async function groupOf(
  orm: Pick<Transaction, 'execute'>,
  { repositoryKey }: Pick<JobData, 'repositoryKey'>,
): Promise<{ id: string; tier: string }> {
  const known = await orm.execute(
    sql`select concurrency from draftsmith.repository where repository_key = ${repositoryKey}`,
  )
  return { id: repositoryKey, tier: tierOf(rowsOf<{ concurrency: number }>(known)[0]?.concurrency ?? 1) }
}

/** What pg-boss goes by before a place is asked for, so that a job without one is not fetched again and again. */
export const groupConcurrency = {
  default: 1,
  tiers: Object.fromEntries(Array.from({ length: mostOfRepository }, (_, index) => [tierOf(index + 1), index + 1])),
}

function tierOf(limit: number): string {
  return `at-once-${limit}`
}

/** Others that have a place, and those that are to have one first, are fewer than may be at once. */
async function repositoryHasPlace(transaction: Transaction, repositoryKey: string, jobId: string): Promise<boolean> {
  const result = await transaction.execute(sql`
    select count(other.id) < coalesce(
      (select concurrency from draftsmith.repository where repository_key = ${repositoryKey}), 1
    ) as free
    from pgboss.job own left join pgboss.job other
      on other.name = own.name and other.group_id = ${repositoryKey} and other.id <> own.id
      and other.state <= 'active' and (
        other.state = 'active' and exists (select 1 from draftsmith.place where job_id = other.id)
        or (other.state = 'active' or other.start_after <= now())
          and (other.priority > own.priority or other.priority = own.priority and other.created_on < own.created_on)
      )
    where own.name = ${jobs} and own.id = ${jobId}::uuid`)
  return rowsOf<{ free: boolean }>(result)[0]?.free ?? false
}

async function placesOf(transaction: Transaction, owner: string, except: string): Promise<number> {
  const result = await transaction.execute(sql`
    select count(*)::int as taken from draftsmith.place
    join pgboss.job on job.name = ${jobs} and job.id = place.job_id and job.state = 'active'
    where place.owner_key = ${owner} and place.job_id <> ${except}::uuid`)
  return rowsOf<{ taken: number }>(result)[0]?.taken ?? 0
}

/** `github:acme` of `github:acme/shop`. */
function ownerOf(repositoryKey: string): string {
  const slash = repositoryKey.lastIndexOf('/')
  return slash < 0 ? repositoryKey : repositoryKey.slice(0, slash)
}
