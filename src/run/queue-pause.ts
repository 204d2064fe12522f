// Whether the queue is paused, for all workers of the database. Runs under way go on.
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'

export interface QueuePause {
  since: Date
  reason: string
}

/** Undefined while jobs are taken. */
export async function readPause(database: Database): Promise<QueuePause | undefined> {
  const result = await database.query((orm) =>
    orm.execute(sql`select since::text as since, reason from draftsmith.pause`),
  )
  const [row] = rowsOf<{ since: string; reason: string }>(result)
  return row && { since: new Date(row.since), reason: row.reason }
}

/** One that is paused already keeps its time and reason. */
export async function pauseQueue(database: Database, reason: string): Promise<void> {
  await database.query((orm) =>
    orm.execute(sql`insert into draftsmith.pause (reason) values (${reason}) on conflict do nothing`),
  )
}

/** False when it was not paused. */
export async function resumeQueue(database: Database): Promise<boolean> {
  const result = await database.query((orm) => orm.execute(sql`delete from draftsmith.pause returning reason`))
  return rowsOf(result).length === 1
}
