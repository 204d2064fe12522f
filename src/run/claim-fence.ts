// Every write of a claimed run goes through here.
import type { SQL } from 'drizzle-orm'
import { Fault } from '../errors.ts'
import type { Database } from './database.ts'
import { codeOf } from './database-fault.ts'
import { and, eq, sql } from './drivers.ts'
import type { Orm, Transaction } from './orm.ts'
import { runTable } from './schema.ts'

export interface Claim {
  runId: string
  epoch: number
}

/** A write in the name of a claim; throws `fenced` when a newer one exists. */
export type FencedWrite = <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>

/**
 * The row is locked before it is compared, so that a newer claim either waits for this write or is seen by it.
 * `share` lets the writes of one claim run side by side.
 */
export function fencedWrites(database: Database, { runId, epoch }: Claim): FencedWrite {
  return (work) =>
    database.transact(async (transaction) => {
      const held = await transaction
        .select({ epoch: runTable.epoch })
        .from(runTable)
        .where(and(eq(runTable.id, runId), eq(runTable.epoch, epoch)))
        .for('share')
      if (held.length === 0) throw fenced({ runId, epoch })
      return work(transaction)
    })
}

/**
 * The same for a write of one statement, without a transaction around it: these stand between a model's reply and the next
 * request, and each statement of a transaction is waited for. The statement has to write `runId` into a column that holds no null.
 */
export type FencedStatement = <T>(work: (orm: Orm, runId: SQL<string>) => Promise<T>) => Promise<T>

/** Null for an older claim: the row is locked before it is compared, within the statement that writes. */
export function fencedStatements(database: Database, claim: Claim): FencedStatement {
  const { runId, epoch } = claim
  const held = and(eq(runTable.id, runId), eq(runTable.epoch, epoch))
  const heldId = sql<string>`(select ${runTable.id} from ${runTable} where ${held} for share)`
  return (work) =>
    database.query((orm) =>
      work(orm, heldId).catch((error: unknown) => {
        throw codeOf(error) === nullRefused ? fenced(claim) : error
      }),
    )
}

/** PostgreSQL: a null where none may be. Nothing else that is written here can be one. */
const nullRefused = '23502'

export function fenced(claim: Claim): Fault {
  return new Fault('fenced', 'fenced', `Another worker has taken over run ${claim.runId}.`, { data: { ...claim } })
}
