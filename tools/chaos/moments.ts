// What goes wrong when, drawn before anything happens: the same seed gives the same list.
import type { Random } from './random.ts'

export interface Moment {
  /** So many writes after the one before. */
  after: number
  /** Which of the processes that are ready; counted round. */
  member: number
  strike: 'crash' | 'freeze'
  /** How long the process is away, in milliseconds. */
  pauseMs: number
  /** How long the network is cut besides, in milliseconds. */
  cutMs: number | undefined
  /** What happens to the database besides, where it is a process of its own. */
  database: DatabaseDeed | undefined
}

/** It dies, one process loses its connections to it, or whoever operates it stops it and starts it again. */
export type DatabaseDeed = 'crash' | 'cut' | 'restart'

export interface MomentOptions {
  moments: number
  /** Mean of the writes between two of them. */
  writesBetween: number
  /** How long a process stands still: for a moment, for a while, for longer than its heartbeat may be missing. */
  freezesMs: readonly number[]
}

/** Three of four die, the others stand still; every fifth moment something else breaks besides, the network or the database. */
export function chooseMoments(random: Random, { moments, writesBetween, freezesMs }: MomentOptions): Moment[] {
  return Array.from({ length: moments }, (_, index) => {
    const own = random.fork(`moment ${index}`)
    const strike = own.chance(0.75) ? 'crash' : 'freeze'
    return {
      after: own.between(1, 2 * writesBetween),
      member: own.between(0, 11),
      strike,
      pauseMs: strike === 'crash' ? own.between(0, 2_000) : (own.pick(freezesMs) ?? 0),
      cutMs: index % 20 === 9 ? own.between(2_000, 8_000) : undefined,
      database: databaseDeeds[index % 20],
    }
  })
}

const databaseDeeds: Record<number, DatabaseDeed> = { 4: 'crash', 14: 'cut', 19: 'restart' }
