// Every write of a claimed run goes through here.

import { Fault } from '../errors.ts'
import type { Database } from './database.ts'
import { and, eq } from './drivers.ts'
import type { Transaction } from './orm.ts'
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

export function fenced(claim: Claim): Fault {
  return new Fault('fenced', 'fenced', `Another worker has taken over run ${claim.runId}.`, { data: { ...claim } })
}
