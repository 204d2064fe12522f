// How often a run is tried that gets no further, and how long one waits for what is away.
import type { Fault } from '../errors.ts'
import { type Away, awayOf } from './outages.ts'
import { type Backoff, backoffsIn, longestPause } from './pauses.ts'
import type { Run } from './run.ts'

export interface Patience {
  /** Tries in a row that leave nothing behind: no record, no reply of a model, no answer of a person. */
  mostTries: number
  /** After a fault that says nothing of who is away. */
  backoff: Backoff
  /** While something is away; after `longestMs` in all, without any progress, the run is given up. */
  outage: Backoff & { longestMs: number }
}

const day = 86_400_000

export const defaultPatience: Patience = {
  mostTries: 9,
  backoff: { delaySeconds: 5, maxDelaySeconds: 300 },
  outage: { delaySeconds: 5, maxDelaySeconds: 900, longestMs: day },
}

/**
 * What follows a try that failed. `more`: another one · `last`: the end of the run · `none`: this is no try any more; the run took
 * its process down too often and is only to be ended, which is tried again, too · `over`: as `none`, for the last time.
 */
export type TriesLeft = 'more' | 'last' | 'none' | 'over'

export function triesLeft({ tries }: Pick<Run, 'tries'>, { mostTries }: Patience): TriesLeft {
  if (tries < mostTries) return 'more'
  if (tries === mostTries) return 'last'
  return tries < 2 * mostTries ? 'none' : 'over'
}

export interface Pause {
  /** The longest; see `pauseAfter`. */
  ms: number
  /** Who is away, and for how long that is waited for. A try that ends so does not count. */
  away?: { who: Away; forMs: number }
}

/** Undefined where the run is not tried again. */
export function pauseBefore(
  run: Pick<Run, 'tries' | 'waitedMs'>,
  because: Fault,
  patience: Patience,
): Pause | undefined {
  const who = awayOf(because)
  if (who === undefined)
    return triesLeft(run, patience) === 'more' ? { ms: pauseOfTry(run, because, patience) } : undefined
  const forMs = patience.outage.longestMs - run.waitedMs
  if (forMs <= 0) return undefined
  return { ms: longestPause(because, patience.outage, backoffsIn(run.waitedMs, patience.outage)), away: { who, forMs } }
}

/** Grows with the tries that count. */
export function pauseOfTry({ tries }: Pick<Run, 'tries'>, because: Fault, { backoff }: Patience): number {
  return longestPause(because, backoff, Math.max(0, tries - 1))
}
