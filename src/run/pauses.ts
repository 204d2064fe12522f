// How long a run waits for its next attempt, by what stopped it.
import type { Fault } from '../errors.ts'

export interface Backoff {
  /** The first pause; each one after it is twice as long. */
  delaySeconds: number
  maxDelaySeconds: number
}

/** GitHub's and a provider's limits are over within the hour; whoever names a longer time is asked again before. */
const longestToldMs = 3_600_000
const spreadMs = 30_000

/**
 * The longest pause after this fault, in milliseconds. Where the other side said when to come back, nobody comes earlier,
 * and all that wait for the same moment come within half a minute of it. Else it is a backoff that doubles.
 */
export function longestPause(because: Fault, { delaySeconds, maxDelaySeconds }: Backoff, retries: number): number {
  const backoffMs = Math.min(delaySeconds * 2 ** Math.min(16, retries), maxDelaySeconds) * 1_000
  const told = toldMs(because)
  return told === undefined ? backoffMs : Math.max(backoffMs, told + Math.min(spreadMs, told))
}

/** How many pauses of a backoff make up that time: it doubles, so that each one is as long as all before it and the first one together. */
export function backoffsIn(waitedMs: number, { delaySeconds }: Backoff): number {
  return Math.log2(waitedMs / (delaySeconds * 1_000) + 1)
}

/** The pause itself: `chance` (0 to 1) spreads those that failed together, between half of the backoff and all of it, or after the moment that was named. */
export function pauseAfter(because: Fault, longestMs: number, chance: number): number {
  const shortest = Math.max(longestMs / 2, Math.min(toldMs(because) ?? 0, longestMs))
  return Math.round(shortest + (longestMs - shortest) * chance)
}

/** As the faults of GitHub and of the providers carry it. */
function toldMs({ data }: Fault): number | undefined {
  const told = Number(data.retryAfterMs ?? Number(data.retryAfterSeconds) * 1_000)
  return Number.isFinite(told) && told > 0 ? Math.min(told, longestToldMs) : undefined
}
