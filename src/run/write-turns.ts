// Whose turn it is to write to GitHub, for all processes: a row an installation, moved on by whoever takes a turn.
import type { Spacing, WriteTurns } from '../github/write-turns.ts'
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'

export function createWriteTurns(database: Database): WriteTurns {
  return { next: (installationId, spacing) => next(database, installationId, spacing) }
}

/** The database's clock is the only one that all have. */
async function next(database: Database, installationId: number, { writeMs, notifyMs }: Spacing): Promise<number> {
  const after = (ms: number) => sql`make_interval(secs => ${ms}::double precision / 1000)`
  const turn =
    notifyMs === undefined ? sql`greatest(turn.write_at, now())` : sql`greatest(turn.write_at, turn.notify_at, now())`
  const notifyAt = notifyMs === undefined ? sql`turn.notify_at` : sql`${turn} + ${after(notifyMs)}`
  const taken = await database.query((orm) =>
    orm.execute(sql`
      insert into draftsmith.write_turn as turn (installation_id, write_at, notify_at)
      values (${installationId}, now() + ${after(writeMs)}, now() + ${after(notifyMs ?? 0)})
      on conflict (installation_id) do update set write_at = ${turn} + ${after(writeMs)}, notify_at = ${notifyAt}
      returning extract(epoch from write_at - ${after(writeMs)} - clock_timestamp())::double precision * 1000 as wait_ms`),
  )
  return Math.max(0, Number(rowsOf<{ wait_ms: number }>(taken)[0]?.wait_ms ?? 0))
}
