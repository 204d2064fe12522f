// Figures of all runs for the metrics. Totals of ended runs are kept by a trigger (`migrations.ts`), so that nothing is counted here
// that grows with the years.
import type { FleetFigures, GitHubFigures } from '../metrics/fleet.ts'
import type { ModelRole } from '../model/model.ts'
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'
import type { OutcomeKind, PullRequestEnd } from './outcome.ts'
import type { RunState } from './run.ts'

type UnderWay = Exclude<RunState, 'ended'>

interface Row {
  figure:
    | 'runs'
    | 'pull_requests'
    | 'calls'
    | 'tokens'
    | 'usd'
    | 'under_way'
    | 'oldest'
    | 'untold'
    | 'paused'
    | 'lowest_share'
    | 'closed'
  label: string
  value: number
}

/** By then people know how their run ended, or something keeps it from them. */
const untoldAfterMs = 10 * 60_000

/** One statement, and so one moment: a run that ends meanwhile is counted once, and no total ever falls. */
export async function readFleetFigures(database: Database, now: Date): Promise<FleetFigures> {
  const at = now.toISOString()
  const untoldSince = new Date(now.getTime() - untoldAfterMs).toISOString()
  const result = await database.query((orm) =>
    orm.execute(sql`
      with open_run as (
        select id, state, created_at, started_at from draftsmith.run
        where state in ('queued', 'running', 'awaiting_approval', 'awaiting_answer')
      ), open_charge as (
        select call.role, count(*)::double precision as calls, sum(call.tokens) as tokens, coalesce(sum(call.usd), 0) as usd
        from open_run join draftsmith.model_call as call on call.run_id = open_run.id and call.state = 'settled'
        group by call.role
      ), budget as (
        select remaining::double precision / greatest(call_limit, 1) as share, closed_until
        from draftsmith.github_budget where resets_at > ${at}::timestamptz or closed_until > ${at}::timestamptz
      )
      select figure, label, sum(value)::double precision as value from (
        select figure, label, value from draftsmith.total
        union all select 'calls', role, calls from open_charge
        union all select 'tokens', role, tokens from open_charge
        union all select 'usd', role, usd from open_charge
        union all select 'under_way', state, count(*) from open_run group by state
        union all select 'oldest', '', extract(epoch from ${at}::timestamptz - min(created_at))::double precision
          from open_run where state = 'queued' and started_at is null having count(*) > 0
        union all select 'untold', '', count(*) from draftsmith.run
          where state = 'ended' and told_at is null and ended_at < ${untoldSince}::timestamptz
        union all select 'paused', '', count(*) from draftsmith.pause
        union all select 'lowest_share', '', min(share) from budget having count(*) > 0
        union all select 'closed', '', count(*) from budget where closed_until > ${at}::timestamptz
      ) as told group by figure, label`),
  )
  return figuresOf(rowsOf<Row>(result).map((row) => ({ ...row, value: Number(row.value) })))
}

function figuresOf(rows: Row[]): FleetFigures {
  const of = (figure: Row['figure']) => rows.filter((row) => row.figure === figure)
  const one = (figure: Row['figure'], label = '') => of(figure).find((row) => row.label === label)?.value
  return {
    ended: of('runs').map(({ label, value }) => ({ outcome: label as OutcomeKind, runs: value })),
    pullRequests: of('pull_requests').map(({ label, value }) => ({
      end: label as PullRequestEnd['kind'],
      runs: value,
    })),
    underWay: of('under_way').map(({ label, value }) => ({ state: label as UnderWay, runs: value })),
    oldestQueuedSeconds: Math.max(0, one('oldest') ?? 0),
    queuePaused: (one('paused') ?? 0) > 0,
    untold: one('untold') ?? 0,
    charges: of('calls').map(({ label, value: calls }) => ({
      role: label as ModelRole,
      calls,
      tokens: one('tokens', label) ?? 0,
      usd: one('usd', label) ?? 0,
    })),
    github: gitHubOf(one('lowest_share'), one('closed')),
  }
}

function gitHubOf(lowestShare = 1, closed = 0): GitHubFigures {
  return { lowestShare, closed }
}
