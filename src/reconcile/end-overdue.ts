// The watchdog: a run that its worker has for longer than any work may take is ended, so that its issue has an answer.
import type { Ledger } from '../run/ledger.ts'
import type { Upkeep } from '../run/upkeep.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface EndOverdueOptions {
  upkeep: Pick<Upkeep, 'takenBefore'>
  ledger: Pick<Ledger, 'cancel'>
  /** The deployment's ceiling for the work of a run. */
  maxMinutes: number
  everyMs: number
  now(): Date
}

/** Beside the work itself: clones, installs, verification, which go on when its time is over. */
const besidesMinutes = 60

export function createEndOverdue(options: EndOverdueOptions): Duty {
  return { name: 'end-overdue', everyMs: options.everyMs, round: () => round(options) }
}

/** A worker that lives gives it up within a second and tells it; after one that died, the next one does. */
async function round({ upkeep, ledger, maxMinutes, now }: EndOverdueOptions): Promise<RoundEnd> {
  const most = 2 * maxMinutes + besidesMinutes
  const overdue = await upkeep.takenBefore(new Date(now().getTime() - most * 60_000))
  const reason = `It was at work for more than ${most} minutes without coming to an end, and was given up.`
  for (const { taskKey } of overdue) await ledger.cancel(taskKey, { reason })
  return { found: { ended: overdue.length } }
}
