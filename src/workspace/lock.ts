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
    await retried(() => tryTake(database, 'BEGIN EXCLUSIVE'), signal)
    return await work()
  } finally {
    // Closing rolls back and gives the lock free; nothing is ever written to the file.
    database.close()
  }
}

/** Holds the file together with others, against `tryAlone`, until the answer is called; that may happen twice. Waits while somebody is alone with it. */
export async function holdShared(file: string): Promise<() => void> {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN')
    await retried(() => tryTake(database, 'SELECT count(*) FROM sqlite_schema'))
  } catch (thrown) {
    database.close()
    throw thrown
  }
  return () => {
    if (database.isOpen) database.close()
  }
}

/** Runs `work` if nobody holds the file, and answers whether it ran. */
export async function tryAlone(file: string, work: () => Promise<unknown>): Promise<boolean> {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    if (!tryTake(database, 'BEGIN EXCLUSIVE')) return false
    await work()
    return true
  } finally {
    database.close()
  }
}

async function retried(attempt: () => boolean, signal?: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; !attempt(); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (signal?.aborted) throw new Fault('cancelled', 'cancelled', 'Stopped while waiting for the repository.')
    await sleep(pauseMs)
  }
}

function tryTake(database: DatabaseSync, statement: string): boolean {
  try {
    database.exec(statement)
    return true
  } catch (thrown) {
    if (thrown instanceof Error && 'errcode' in thrown && busyCodes.has(Number(thrown.errcode))) return false
    throw new Fault('infrastructure', 'lock_failed', 'The lock of the mirror cannot be taken.', { cause: thrown })
  }
}
