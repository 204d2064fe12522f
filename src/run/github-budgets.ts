// What GitHub leaves each installation of its calls, kept for all processes.
import type { Standing, StandingStore } from '../github/call-budget.ts'
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'

interface Row {
  call_limit: number
  remaining: number
  resets_at: Date | string
  closed_until: Date | string | null
}

/** `sameWindowMs`: windows whose ends lie closer together are one. */
export function createGitHubBudgets(database: Database, { sameWindowMs }: { sameWindowMs: number }): StandingStore {
  return {
    async read(installationId) {
      const result = await database.query((orm) =>
        orm.execute(sql`
          select call_limit, remaining, resets_at, closed_until from draftsmith.github_budget
          where installation_id = ${installationId}`),
      )
      const [row] = rowsOf<Row>(result)
      return row && standingOf(row)
    },
    async join(installationId, { limit, remaining, resetsAt, closedUntil }) {
      const [ends, closed] = [moment(resetsAt), closedUntil === undefined ? null : moment(closedUntil)]
      await database.query((orm) =>
        orm.execute(sql`
          insert into draftsmith.github_budget as known (installation_id, call_limit, remaining, resets_at, closed_until, seen_at)
          values (${installationId}, ${limit}, ${remaining}, ${ends}::timestamptz, ${closed}::timestamptz, now())
          on conflict (installation_id) do update set
            call_limit = case when excluded.resets_at >= known.resets_at then excluded.call_limit else known.call_limit end,
            remaining = case
              when excluded.resets_at - known.resets_at > make_interval(secs => ${sameWindowMs}::double precision / 1000) then excluded.remaining
              when known.resets_at - excluded.resets_at > make_interval(secs => ${sameWindowMs}::double precision / 1000) then known.remaining
              else least(known.remaining, excluded.remaining) end,
            resets_at = greatest(known.resets_at, excluded.resets_at),
            closed_until = greatest(known.closed_until, excluded.closed_until),
            seen_at = now()`),
      )
    },
  }
}

function moment(at: number): string {
  return new Date(at).toISOString()
}

function standingOf({ call_limit, remaining, resets_at, closed_until }: Row): Standing {
  return {
    limit: Number(call_limit),
    remaining: Number(remaining),
    resetsAt: new Date(resets_at).getTime(),
    ...(closed_until !== null && { closedUntil: new Date(closed_until).getTime() }),
  }
}
