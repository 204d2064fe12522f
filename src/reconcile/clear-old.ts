// What old runs take of the database goes after a time that the deployment names; that they were, and how they ended, stays.
import type { Upkeep } from '../run/upkeep.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface ClearOldOptions {
  upkeep: Pick<Upkeep, 'clear' | 'forgetDeliveries'>
  /** 0: everything is kept. */
  keepDays: number
  now(): Date
}

const dayMs = 24 * 3_600_000
const everyMs = 3_600_000
/** GitHub sends nothing again that is older than three days. */
const leastDeliveryDays = 7
/** Between two looks whether to stop. */
const atOnce = 50

export function createClearOld(options: ClearOldOptions): Duty {
  return { name: 'clear-old', everyMs, round: (_, signal) => round(options, signal) }
}

async function round({ upkeep, keepDays, now }: ClearOldOptions, signal: AbortSignal): Promise<RoundEnd> {
  if (keepDays === 0) return { found: {} }
  const before = (days: number) => new Date(now().getTime() - days * dayMs)
  await upkeep.forgetDeliveries(before(Math.max(keepDays, leastDeliveryDays)))
  let cleared = 0
  for (let last = atOnce; last === atOnce && !signal.aborted; cleared += last)
    last = await upkeep.clear(before(keepDays), atOnce)
  return { found: { cleared } }
}
