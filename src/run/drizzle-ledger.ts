// The ledger on PostgreSQL and on the embedded database: one SQL for both.

import { decompress, unpackJson } from './compression.ts'
import type { Database } from './database.ts'
import { and, asc, count, desc, eq, inArray, ne, sql } from './drivers.ts'
import { keepAnswer, readAnswers, type Wake } from './drizzle-answers.ts'
import { createClaimedRun } from './drizzle-claimed-run.ts'
import { readModelCalls, readSpent } from './drizzle-model-calls.ts'
import { lastWordStage } from './last-word.ts'
import type { Answered, Artifact, Cancellation, Cancelled, Ledger, NewAnswer, NewRun, Recorded } from './ledger.ts'
import { readMade } from './made.ts'
import { moved } from './moved.ts'
import type { Transaction } from './orm.ts'
import { recordFormat } from './record-format.ts'
import type { Run, RunState } from './run.ts'
import { toRun } from './run-row.ts'
import { artifactTable, deliveryTable, eventTable, runTable, stageTable } from './schema.ts'
import { statesBefore } from './transitions.ts'

export interface LedgerOptions {
  database: Database
  /** Writes the run's job within the same transaction; absent where runs are claimed by whoever recorded them. */
  enqueue?: (transaction: Transaction, run: { id: string; repositoryKey: string }) => Promise<void>
  /** The same for a run that goes on after an answer. */
  wake?: Wake
  clock: () => Date
  /** Makes run ids; see `Run.id`. */
  ids: () => string
  /** Draftsmith's own version. */
  version: string
  /** Called once for each run that is over, after it is written. Must not throw. */
  ended?: (run: Run) => void
}

export function createLedger(options: LedgerOptions): Ledger {
  const { database, clock } = options
  return {
    record: (request) => database.transact((transaction) => record(transaction, options, request)),
    seen: (delivery) => database.transact((transaction) => isNew(transaction, delivery, clock())),
    find: (runId) => find(database, runId),
    latest: (taskKey) => database.query((orm) => latest(orm, taskKey)),
    list: (filter) => list(database, filter),
    count: (states) => countRuns(database, states),
    underWay: (of) => underWay(database, of),
    claim: async (runId) => {
      const run = await claim(database, runId, options)
      return run && createClaimedRun({ ...options, run, answers: await readAnswers(database, runId) })
    },
    cancel: async (taskKey, cancellation) => {
      const request = { ...cancellation, taskKey, now: clock() }
      const cancelled = await database.transact((transaction) => cancel(transaction, request))
      if (cancelled.kind === 'cancelled' && cancelled.run.state === 'ended') options.ended?.(cancelled.run)
      return cancelled
    },
    answer: (runId, given) => database.transact((transaction) => answer(transaction, options, { ...given, runId })),
    answers: (runId) => readAnswers(database, runId),
    events: (runId) =>
      database.query((orm) =>
        orm.select().from(eventTable).where(eq(eventTable.runId, runId)).orderBy(asc(eventTable.sequence)),
      ),
    stages: (runId) => stages(database, runId),
    modelCalls: (runId) => readModelCalls(database, runId),
    spent: (runId) => readSpent(database, runId),
    made: (runId) => database.query((orm) => readMade(orm, runId)),
    artifacts: (runId) => artifacts(database, runId),
    artifact: (runId, name) => artifact(database, runId, name),
    ping: () => ping(database),
    close: () => database.close(),
  }
}

/** One task after the other: the lock makes what is read here still true when the row is written. */
async function record(transaction: Transaction, options: LedgerOptions, request: NewRun): Promise<Recorded> {
  const now = options.clock()
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${request.taskKey}, 0))`)
  if (request.delivery !== undefined && !(await isNew(transaction, request.delivery, now)))
    return { kind: 'duplicate_delivery' }
  const previous = await latest(transaction, request.taskKey)
  if (previous !== undefined && isUnderWay(previous)) return { kind: 'already_under_way', run: previous }
  if (previous !== undefined && isStale(request, previous)) return { kind: 'stale', run: previous }
  const run = await insertRun(transaction, {
    id: options.ids(),
    taskKey: request.taskKey,
    repositoryKey: request.repositoryKey,
    attempt: (previous?.attempt ?? 0) + 1,
    task: request.task,
    state: 'queued',
    epoch: 0,
    version: options.version,
    recordFormat,
    createdAt: now,
  })
  await options.enqueue?.(transaction, run)
  return { kind: 'recorded', run }
}

/** True when the delivery was not known; it is from now on. */
async function isNew(transaction: Transaction, delivery: string, now: Date): Promise<boolean> {
  const inserted = await transaction
    .insert(deliveryTable)
    .values({ id: delivery, receivedAt: now })
    .onConflictDoNothing()
    .returning({ id: deliveryTable.id })
  return inserted.length === 1
}

/** One that was asked to stop is as good as over: whoever asks since then means another run. */
function isUnderWay({ state, cancelReason }: Run): boolean {
  return state !== 'ended' && cancelReason === undefined
}

/**
 * Both times are those of the events, so that our clock need not agree with GitHub's. A command starts again whatever came before
 * it, but one that is delivered late does not come after what was asked for since.
 */
function isStale({ task, force }: NewRun, previous: Run): boolean {
  const [asked, last] = [new Date(task.requestedAt), new Date(previous.task.requestedAt)]
  return force ? asked < last : asked <= last
}

async function insertRun(transaction: Transaction, row: typeof runTable.$inferInsert): Promise<Run> {
  const inserted = await transaction.insert(runTable).values(row).returning()
  const [run] = inserted.map(toRun)
  if (run === undefined) throw new Error('an insert answered no row')
  return run
}

async function find(database: Database, runId: string): Promise<Run | undefined> {
  const rows = await database.query((orm) => orm.select().from(runTable).where(eq(runTable.id, runId)))
  return rows.map(toRun)[0]
}

async function latest(orm: Pick<Transaction, 'select'>, taskKey: string): Promise<Run | undefined> {
  const rows = await orm
    .select()
    .from(runTable)
    .where(eq(runTable.taskKey, taskKey))
    .orderBy(desc(runTable.sequence))
    .limit(1)
  return rows.map(toRun)[0]
}

/** Newest first. */
async function list(database: Database, filter: { states?: RunState[]; limit: number }): Promise<Run[]> {
  const wanted = filter.states && inArray(runTable.state, filter.states)
  const rows = await database.query((orm) =>
    orm.select().from(runTable).where(wanted).orderBy(desc(runTable.sequence)).limit(filter.limit),
  )
  return rows.map(toRun)
}

async function countRuns(database: Database, states: RunState[]): Promise<number> {
  const rows = await database.query((orm) =>
    orm.select({ runs: count() }).from(runTable).where(inArray(runTable.state, states)),
  )
  return rows[0]?.runs ?? 0
}

/** The installation is looked for here: SQL cannot read a task whose text holds a NUL. */
async function underWay(database: Database, of: Parameters<Ledger['underWay']>[0]): Promise<Run[]> {
  const { state, repositoryKey, sequence } = runTable
  const notOver = inArray(state, ['queued', 'running', 'awaiting_approval', 'awaiting_answer'])
  const rows = await database.query((orm) =>
    orm
      .select()
      .from(runTable)
      .where(and(notOver, of?.repositories && inArray(repositoryKey, of.repositories)))
      .orderBy(asc(sequence)),
  )
  const runs = rows.map(toRun)
  if (of === undefined) return runs
  return runs.filter(
    ({ task: { source } }) => source.kind === 'github_issue' && source.installationId === of.installationId,
  )
}

/**
 * Whoever claims it first begins it: nothing is recorded before. One that has got further since it was claimed last has all its
 * tries again.
 */
async function claim(
  database: Database,
  runId: string,
  { clock, version }: Pick<LedgerOptions, 'clock' | 'version'>,
): Promise<Run | undefined> {
  const now = clock()
  const further = sql`${keptOf} > ${runTable.kept}`
  const rows = await database.query((orm) =>
    orm
      .update(runTable)
      .set({
        state: 'running',
        epoch: sql`${runTable.epoch} + 1`,
        tries: sql`case when ${further} then 1 else ${runTable.tries} + 1 end`,
        waitedMs: sql`case when ${further} then 0 else ${runTable.waitedMs} end`,
        kept: keptOf,
        claimedAt: now,
        startedAt: sql`coalesce(${runTable.startedAt}, ${now.toISOString()}::timestamptz)`,
        version: sql`case when ${runTable.epoch} = 0 then ${version}::text else ${runTable.version} end`,
        recordFormat: sql`case when ${runTable.epoch} = 0 then ${recordFormat}::integer else ${runTable.recordFormat} end`,
      })
      .where(and(eq(runTable.id, runId), inArray(runTable.state, statesBefore('running'))))
      .returning(),
  )
  return rows.map(toRun)[0]
}

/** What a run has come to so far. Its last words are said of it, and bring it no further. */
const keptOf = sql`(
  (select count(*) from draftsmith.stage where run_id = ${runTable.id} and stage <> ${lastWordStage})
  + (select count(*) from draftsmith.model_call where run_id = ${runTable.id} and state = 'settled')
  + (select count(*) from draftsmith.answer where run_id = ${runTable.id})
)::integer`

async function cancel(
  transaction: Transaction,
  { taskKey, reason, delivery, at, movedTo, now }: Cancellation & { taskKey: string; now: Date },
): Promise<Cancelled> {
  if (delivery !== undefined && !(await isNew(transaction, delivery, now))) return { kind: 'duplicate_delivery' }
  const held = await transaction
    .select()
    .from(runTable)
    .where(and(eq(runTable.taskKey, taskKey), ne(runTable.state, 'ended')))
    .orderBy(desc(runTable.sequence))
    .for('update')
  // Others that are not over were asked to stop before this one was recorded.
  const [run] = held.map(toRun)
  // One that is delivered late must not end what was asked for since.
  if (run === undefined || (at !== undefined && new Date(at) < new Date(run.task.requestedAt)))
    return { kind: 'nothing_under_way' }
  if (movedTo !== undefined)
    await transaction.insert(eventTable).values({ runId: run.id, kind: moved, data: { ...movedTo }, at: now })
  if (run.cancelReason !== undefined) return { kind: 'cancelled', run }
  const made = run.state === 'running' ? {} : await readMade(transaction, run.id)
  const outcome = { kind: 'cancelled' as const, reason, ...made }
  const ended = run.state === 'running' ? {} : { state: 'ended' as const, outcome, endedAt: now }
  const changes = { cancelReason: reason, ...ended }
  await transaction.update(runTable).set(changes).where(eq(runTable.id, run.id))
  return { kind: 'cancelled', run: { ...run, ...changes } }
}

/** The row is locked first: of two answers at once the second one sees the first. */
async function answer(
  transaction: Transaction,
  { clock, wake }: LedgerOptions,
  { runId, ...given }: NewAnswer & { runId: string },
): Promise<Answered> {
  const now = clock()
  if (given.delivery !== undefined && !(await isNew(transaction, given.delivery, now)))
    return { kind: 'duplicate_delivery' }
  const [row] = await transaction.select().from(runTable).where(eq(runTable.id, runId)).for('update')
  if (row === undefined) return { kind: 'unknown_run' }
  return keepAnswer(transaction, { held: { run: toRun(row), askedAt: row.askedAt }, answer: given, now, wake })
}

async function stages(database: Database, runId: string) {
  const { stage, round, inputHash, value } = stageTable
  const rows = await database.query((orm) =>
    orm
      .select({ stage, round, inputHash, value })
      .from(stageTable)
      .where(eq(stageTable.runId, runId))
      .orderBy(asc(stageTable.sequence)),
  )
  return Promise.all(rows.map(async (row) => ({ ...row, value: await unpackJson<unknown>(row.value) })))
}

function artifacts(database: Database, runId: string): Promise<Artifact[]> {
  const { name, mediaType, bytes } = artifactTable
  return database.query((orm) =>
    orm.select({ name, mediaType, bytes }).from(artifactTable).where(eq(artifactTable.runId, runId)).orderBy(asc(name)),
  )
}

async function artifact(database: Database, runId: string, name: string): Promise<Buffer | undefined> {
  const rows = await database.query((orm) =>
    orm
      .select({ content: artifactTable.content })
      .from(artifactTable)
      .where(and(eq(artifactTable.runId, runId), eq(artifactTable.name, name))),
  )
  return rows[0] && decompress(rows[0].content)
}

async function ping(database: Database): Promise<number> {
  const started = performance.now()
  await database.query((orm) => orm.execute(sql`select 1`))
  return performance.now() - started
}
