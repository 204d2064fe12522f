// A lock between processes that the kernel holds: it is gone the moment its holder is, also after `kill -9`, also between
// containers that share a folder and both are process 1. A file with a process id in it can tell neither.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../errors.ts'

const firstPauseMs = 5
const longestPauseMs = 250

/** SQLite's own codes for "somebody else has it". */
const busyCodes = new Set([5, 6])

/** Runs `work` while nobody else holds `file`; waits for that as long as it takes. Throws `cancelled` when the signal ends the wait. */
export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    await acquire(database, signal)
    return await work()
  } finally {
    // Closing rolls back and gives the lock free; nothing is ever written to the file.
    database.close()
  }
}

async function acquire(database: DatabaseSync, signal: AbortSignal | undefined): Promise<void> {
  for (let pauseMs = firstPauseMs; !tryLock(database); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (signal?.aborted) throw new Fault('cancelled', 'cancelled', 'Stopped while waiting for the repository.')
    await sleep(pauseMs)
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (thrown) {
    if (thrown instanceof Error && 'errcode' in thrown && busyCodes.has(Number(thrown.errcode))) return false
    throw new Fault('infrastructure', 'lock_failed', 'The lock of the mirror cannot be taken.', { cause: thrown })
  }
}
