// Upkeep on PostgreSQL and on the embedded database: one SQL for both.
import type { Database } from './database.ts'
import { and, asc, between, eq, gt, isNull, lt, sql } from './drivers.ts'
import { rowsOf } from './orm.ts'
import { type PullRequestEnd, pullRequestEnded } from './outcome.ts'
import type { Run } from './run.ts'
import { toRun } from './run-row.ts'
import { artifactTable, deliveryTable, eventTable, modelCallTable, runTable, stageTable } from './schema.ts'
import type { Round, Upkeep } from './upkeep.ts'

export interface UpkeepOptions {
  database: Database
  clock: () => Date
}

/** Of one answer; the next round goes on. */
const mostUntold = 100

export function createUpkeep({ database, clock }: UpkeepOptions): Upkeep {
  return {
    begin: (duty, times) => begin({ database, clock }, duty, times),
    untold: (from, to) => untold(database, from, to),
    async told(runId) {
      await database.query((orm) => orm.update(runTable).set({ toldAt: clock() }).where(eq(runTable.id, runId)))
    },
    takenBefore: (taken) => takenBefore(database, taken),
    openWork: (endedAfter, most) => openWork(database, endedAfter, most),
    workEnded: (runId, end) => workEnded({ database, clock }, runId, end),
    clear: (endedBefore, most) => clear({ database, clock }, endedBefore, most),
    async forgetDeliveries(receivedBefore) {
      await database.query((orm) => orm.delete(deliveryTable).where(lt(deliveryTable.receivedAt, receivedBefore)))
      await database.query((orm) =>
        orm.execute(sql`delete from draftsmith.reply where owed_at < ${receivedBefore.toISOString()}::timestamptz`),
      )
    },
  }
}

async function untold(database: Database, from: Date, to: Date): Promise<Run[]> {
  const { state, toldAt, endedAt } = runTable
  const rows = await database.query((orm) =>
    orm
      .select()
      .from(runTable)
      .where(and(eq(state, 'ended'), isNull(toldAt), between(endedAt, from, to)))
      .orderBy(asc(endedAt))
      .limit(mostUntold),
  )
  return rows.map(toRun)
}

async function takenBefore(database: Database, taken: Date): Promise<Run[]> {
  const { state, claimedAt, sequence } = runTable
  const rows = await database.query((orm) =>
    orm
      .select()
      .from(runTable)
      .where(and(eq(state, 'running'), lt(claimedAt, taken)))
      .orderBy(asc(sequence)),
  )
  return rows.map(toRun)
}

async function openWork(database: Database, endedAfter: Date, most: number): Promise<Run[]> {
  const { endedAt, outcome } = runTable
  // The condition is that of the index `run_open_work`.
  const changed = sql`pull_request_end is null and ${outcome}::text ~ '^ *[{] *"kind" *: *"(pull_request|unverified)"'`
  const rows = await database.query((orm) =>
    orm
      .select()
      .from(runTable)
      .where(and(changed, gt(endedAt, endedAfter)))
      .orderBy(asc(endedAt))
      .limit(most),
  )
  return rows.map(toRun)
}

/** The total outlives the row, as those of outcomes do. */
async function workEnded(
  { database, clock }: UpkeepOptions,
  runId: string,
  { kind, at }: PullRequestEnd,
): Promise<void> {
  const endedAt = at.toISOString()
  await database.transact(async (transaction) => {
    const noted = await transaction.execute(sql`
      update draftsmith.run set pull_request_end = ${kind}, pull_request_ended_at = ${endedAt}::timestamptz
      where id = ${runId} and pull_request_end is null returning id`)
    if (rowsOf(noted).length === 0) return
    await transaction
      .insert(eventTable)
      .values({ runId, kind: pullRequestEnded, data: { kind, at: endedAt }, at: clock() })
    await transaction.execute(sql`
      insert into draftsmith.total as total (figure, label, value) values ('pull_requests', ${kind}, 1)
      on conflict (figure, label) do update set value = total.value + 1`)
  })
}

/** The row is the lock: whoever moves the time at which the duty is due has the round, until that time. */
async function begin(
  { database, clock }: UpkeepOptions,
  duty: string,
  { everyMs, leaseMs }: { everyMs: number; leaseMs: number },
): Promise<Round | undefined> {
  const now = clock()
  const after = (ms: number, moment = now) => new Date(moment.getTime() + ms).toISOString()
  const taken = await database.query((orm) =>
    orm.execute(sql`
      insert into draftsmith.duty as duty (name, round, due_at) values (${duty}, 1, ${after(leaseMs)}::timestamptz)
      on conflict (name) do update set round = duty.round + 1, due_at = excluded.due_at
      where duty.due_at <= ${now.toISOString()}::timestamptz
      returning round, memory`),
  )
  const [row] = rowsOf<{ round: number; memory: unknown }>(taken)
  if (row === undefined) return undefined
  return {
    memory: row.memory ?? undefined,
    async renew() {
      const renewed = await database.query((orm) =>
        orm.execute(sql`
          update draftsmith.duty set due_at = ${after(leaseMs, clock())}::timestamptz
          where name = ${duty} and round = ${row.round} returning round`),
      )
      return rowsOf(renewed).length > 0
    },
    async done(memory) {
      const kept = memory === undefined ? sql`memory` : sql`${JSON.stringify(memory)}::json`
      await database.query((orm) =>
        orm.execute(sql`
          update draftsmith.duty set due_at = ${after(everyMs)}::timestamptz, memory = ${kept}
          where name = ${duty} and round = ${row.round}`),
      )
    },
  }
}

/** One run after the other, so that no transaction is long. */
async function clear({ database, clock }: UpkeepOptions, endedBefore: Date, most: number): Promise<number> {
  const { id, state, clearedAt, endedAt } = runTable
  const old = await database.query((orm) =>
    orm
      .select({ id })
      .from(runTable)
      .where(and(eq(state, 'ended'), isNull(clearedAt), lt(endedAt, endedBefore)))
      .orderBy(asc(endedAt))
      .limit(most),
  )
  for (const run of old)
    await database.transact(async (transaction) => {
      for (const table of [stageTable, modelCallTable, eventTable, artifactTable])
        await transaction.delete(table).where(eq(table.runId, run.id))
      await transaction.update(runTable).set({ clearedAt: clock() }).where(eq(id, run.id))
    })
  return old.length
}
