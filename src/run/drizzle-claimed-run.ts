// What one claim of a run may read and write.

import type { SQL } from 'drizzle-orm'
import { Fault } from '../errors.ts'
import { stateOf } from './answer-rules.ts'
import { type FencedStatement, fenced, fencedStatements, fencedWrites } from './claim-fence.ts'
import { compress, packJson, unpackJson } from './compression.ts'
import type { Database } from './database.ts'
import { and, eq, inArray, isNull, sql } from './drivers.ts'
import { openQuestion, standStill, type Wake } from './drizzle-answers.ts'
import { createModelCalls } from './drizzle-model-calls.ts'
import { readEarlierRuns } from './earlier-runs.ts'
import type { ClaimedRun, StageKey } from './ledger.ts'
import type { Transaction } from './orm.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './question.ts'
import { Remembered } from './remembered.ts'
import type { Run, RunState } from './run.ts'
import { artifactTable, eventTable, runTable, stageTable } from './schema.ts'
import { statesBefore } from './transitions.ts'

const maxArtifactBytes = 16 * 1024 * 1024

export interface ClaimedRunOptions {
  database: Database
  run: Run
  answers: readonly Answer[]
  clock: () => Date
  /** See `LedgerOptions.wake`. */
  wake?: Wake | undefined
  /** See `LedgerOptions.ended`. */
  ended?: ((run: Run) => void) | undefined
}

export function createClaimedRun({ database, run, answers, clock, wake, ended }: ClaimedRunOptions): ClaimedRun {
  const claim = { runId: run.id, epoch: run.epoch }
  const since = clock().getTime()
  const fencedWrite = fencedWrites(database, claim)
  const fencedStatement = fencedStatements(database, claim)
  const recorded = new Remembered(() => readStageKeys(database, run.id))
  return {
    run,
    answers,
    modelCalls: createModelCalls({ database, runId: run.id, fencedWrite, fencedStatement, clock }),
    readStage: async (key) => ((await recorded.read()).has(nameOf(key)) ? readStage(database, run.id, key) : undefined),
    writeStage: (key, value) =>
      recorded.write(
        () => writeStage(fencedStatement, { ...key, writtenAt: clock() }, value),
        (keys) => keys.add(nameOf(key)),
      ),
    event: (kind, data = {}) =>
      fencedStatement(async (orm, runId) => {
        await orm.insert(eventTable).values({ runId, kind, data, at: clock() })
      }),
    writeArtifact: (name, content, mediaType = 'text/plain; charset=utf-8') =>
      writeArtifact(fencedStatement, { name, mediaType, writtenAt: clock() }, Buffer.from(content)),
    check: () => check(database, claim),
    earlierRuns: () => readEarlierRuns(database, run.repositoryKey),
    ask: (question) =>
      database.transact(async (transaction) => {
        const now = clock()
        const workedMs = run.workedMs + now.getTime() - since
        if (!(await openQuestion(transaction, { claim, question, now }, workedMs))) throw fenced(claim)
      }),
    stand: (question) =>
      database.transact(
        async (transaction) =>
          (await standStill(transaction, { claim, question }, wake)) ??
          explainRefusal(transaction, claim, stateOf(question)),
      ),
    transition: (to) =>
      database.transact(async (transaction) => {
        const moved = await move(transaction, claim, { to, unlessCancelled: true })
        if (!moved) await explainRefusal(transaction, claim, to)
      }),
    putBack: ({ ms, counts }) =>
      database.transact(async (transaction) => {
        const waited = { waitedMs: sql`${runTable.waitedMs} + ${ms}`, ...(!counts && { tries: oneLess }) }
        const moved = await move(transaction, claim, { to: 'queued', unlessCancelled: true, waited })
        if (!moved) await explainRefusal(transaction, claim, 'queued')
      }),
    async uncount() {
      const own = and(eq(runTable.id, run.id), eq(runTable.epoch, run.epoch))
      await database.query((orm) => orm.update(runTable).set({ tries: oneLess }).where(own))
    },
    async settle(outcome) {
      const over = { outcome, endedAt: clock() }
      await database.transact(async (transaction) => {
        const moved = await move(transaction, claim, { to: 'ended', ...over })
        if (!moved) await explainRefusal(transaction, claim, 'ended')
      })
      ended?.({ ...run, ...over, state: 'ended' })
    },
  }
}

async function readStageKeys(database: Database, runId: string): Promise<Set<string>> {
  const { stage, round, inputHash } = stageTable
  const rows = await database.query((orm) =>
    orm.select({ stage, round, inputHash }).from(stageTable).where(eq(stageTable.runId, runId)),
  )
  return new Set(rows.map(nameOf))
}

function nameOf({ stage, round, inputHash }: StageKey): string {
  return JSON.stringify([stage, round, inputHash])
}

async function readStage(database: Database, runId: string, key: StageKey): Promise<unknown | undefined> {
  const rows = await database.query((orm) =>
    orm
      .select({ value: stageTable.value })
      .from(stageTable)
      .where(
        and(
          eq(stageTable.runId, runId),
          eq(stageTable.stage, key.stage),
          eq(stageTable.round, key.round),
          eq(stageTable.inputHash, key.inputHash),
        ),
      ),
  )
  return rows[0] ? unpackJson(rows[0].value) : undefined
}

async function writeStage(
  fencedStatement: FencedStatement,
  row: StageKey & { writtenAt: Date },
  value: unknown,
): Promise<void> {
  const packed = await packJson(value)
  const { runId, stage, round, inputHash } = stageTable
  await fencedStatement((orm, id) =>
    orm
      .insert(stageTable)
      .values({ ...row, runId: id, value: packed })
      .onConflictDoUpdate({
        target: [runId, stage, round, inputHash],
        set: { value: packed, writtenAt: row.writtenAt },
      }),
  )
}

async function writeArtifact(
  fencedStatement: FencedStatement,
  row: { name: string; mediaType: string; writtenAt: Date },
  content: Buffer,
): Promise<void> {
  if (content.byteLength > maxArtifactBytes)
    throw new Fault('invalid_input', 'artifact_too_large', `The artifact ${row.name} has more than 16 MiB.`, {
      data: { name: row.name, bytes: content.byteLength },
    })
  const values = { ...row, bytes: content.byteLength, content: await compress(content) }
  await fencedStatement((orm, runId) =>
    orm
      .insert(artifactTable)
      .values({ ...values, runId })
      .onConflictDoUpdate({ target: [artifactTable.runId, artifactTable.name], set: values }),
  )
}

async function check(database: Database, claim: { runId: string; epoch: number }): Promise<void> {
  const rows = await database.query((orm) =>
    orm
      .select({ epoch: runTable.epoch, cancelReason: runTable.cancelReason })
      .from(runTable)
      .where(eq(runTable.id, claim.runId)),
  )
  if (rows[0]?.epoch !== claim.epoch) throw fenced(claim)
  if (rows[0].cancelReason !== null) throw cancelled(rows[0].cancelReason)
}

const oneLess = sql`greatest(0, ${runTable.tries} - 1)`

interface Move {
  to: RunState
  waited?: { waitedMs: SQL; tries?: SQL }
  outcome?: Outcome
  endedAt?: Date
  unlessCancelled?: boolean
}

/** False when the claim is not the newest, the state not an expected one, or somebody asked to stop. */
async function move(
  transaction: Transaction,
  { runId, epoch }: { runId: string; epoch: number },
  { to, waited, outcome, endedAt, unlessCancelled }: Move,
): Promise<boolean> {
  const moved = await transaction
    .update(runTable)
    .set({ state: to, outcome, endedAt, ...waited })
    .where(
      and(
        eq(runTable.id, runId),
        eq(runTable.epoch, epoch),
        inArray(runTable.state, statesBefore(to)),
        unlessCancelled ? isNull(runTable.cancelReason) : undefined,
      ),
    )
    .returning({ id: runTable.id })
  return moved.length === 1
}

async function explainRefusal(
  transaction: Transaction,
  claim: { runId: string; epoch: number },
  to: RunState,
): Promise<never> {
  const { epoch, cancelReason, state } = runTable
  const rows = await transaction
    .select({ epoch, cancelReason, state })
    .from(runTable)
    .where(eq(runTable.id, claim.runId))
  const row = rows[0]
  if (row?.epoch !== claim.epoch) throw fenced(claim)
  if (row.cancelReason !== null && to !== 'ended') throw cancelled(row.cancelReason)
  throw new Fault('defect', 'illegal_transition', `Run ${claim.runId} cannot go from ${row.state} to ${to}.`)
}

function cancelled(reason: string): Fault {
  return new Fault('cancelled', 'cancelled', reason)
}
