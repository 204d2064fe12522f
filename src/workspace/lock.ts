// A lock between processes that the kernel holds: it is gone the moment its holder is, also after `kill -9`, also between
// containers that share a folder and both are process 1. A file with a process id in it can tell neither.
import { closeSync, openSync, rmSync, statSync } from 'node:fs'
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

/**
 * Makes the file and holds it alone until the answer is called, which removes it and may be called twice. Undefined where
 * somebody else holds it.
 */
export function holdAlone(file: string): (() => void) | undefined {
  for (;;) {
    createOnce(file)
    const before = identityOf(file)
    const database = new DatabaseSync(file, { timeout: 0 })
    const taken = tryTake(database, 'BEGIN EXCLUSIVE')
    // Its last holder may have removed it in between: then what is held is not what stands there.
    if (taken && before !== undefined && before === identityOf(file)) return () => letGo(file, database)
    database.close()
    if (!taken) return undefined
  }
}

/** Removed while it is held, and once: later it may be another's. */
function letGo(file: string, database: DatabaseSync): void {
  if (!database.isOpen) return
  rmSync(file, { force: true })
  database.close()
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

/** Makes a lock's file. Never opened where it is there: closing it would give up what this process holds of it (fcntl(2), on record locks). */
export function createOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx'))
  } catch {
    // It is there, or its folder is gone; the caller looks.
  }
}

/** Tells a file from another one of the same name; undefined where there is none. */
export function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
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
