// A GitHub whose events nobody has heard, the intake, a ledger, and a clock that the test moves.
import { createBackground } from '../../src/intake/background.ts'
import { cancelRun, recordRun } from '../../src/intake/record-run.ts'
import { type DatabaseOptions, openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { createUpkeep } from '../../src/run/drizzle-upkeep.ts'
import type { Cancellation, Ledger, NewRun } from '../../src/run/ledger.ts'
import type { Run } from '../../src/run/run.ts'
import type { Upkeep } from '../../src/run/upkeep.ts'
import { silent } from '../github/fixture.ts'
import { newRun, temporaryFolder, unique } from '../run/support.ts'
import { createTestDatabase, databaseAtHand } from '../support/postgres.ts'

export const minute = 60_000

export interface LedgerScene {
  ledger: Ledger
  upkeep: Upkeep
  log: typeof silent
  now(): Date
  /** Minutes go by. */
  pass(minutes: number): void
  /** It is now again. */
  reset(): void
  record(request: NewRun): ReturnType<typeof recordRun>
  cancel(taskKey: string, cancellation: Cancellation): ReturnType<typeof cancelRun>
  /** A run of a task of its own that is queued. */
  queued(request?: NewRun): Promise<Run>
  close(): Promise<void>
}

export async function openLedgerScene(): Promise<LedgerScene> {
  const place = await openPlace()
  const database = await openDatabase(place.options)
  let passed = 0
  const now = () => new Date(Date.now() + passed * minute)
  const ledger = createLedger({ database, clock: now, ids: () => unique('r').slice(0, 12), version: '1' })
  const nobody = { tellQueued: async () => {}, tellStopped: async () => {}, tellEnded: async () => {} }
  const intake = { ledger, background: createBackground(silent), waiting: nobody }
  const record = (request: NewRun) => recordRun(request, intake)
  return {
    ledger,
    upkeep: createUpkeep({ database, clock: now }),
    log: silent,
    now,
    pass(minutes) {
      passed += minutes
    },
    reset() {
      passed = 0
    },
    record,
    cancel: (taskKey, cancellation) => cancelRun(taskKey, cancellation, intake),
    async queued(request = newRun()) {
      const recorded = await record(request)
      if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
      return recorded.run
    },
    async close() {
      await ledger.close()
      await place.remove()
    },
  }
}

async function openPlace(): Promise<{ options: DatabaseOptions; remove(): Promise<void> }> {
  if (databaseAtHand === 'postgres') {
    const { url, drop } = await createTestDatabase()
    return { options: { url }, remove: drop }
  }
  const { path, remove } = await temporaryFolder()
  return { options: { dataDir: path }, remove }
}

/** Never aborted. */
export const going = new AbortController().signal
