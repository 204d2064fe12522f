// Ends that could not be told when the run ended: GitHub was away for longer than anybody waited, or the process died first.
import type { Logger } from 'pino'
import { toFault } from '../errors.ts'
import type { Run } from '../run/run.ts'
import type { Upkeep } from '../run/upkeep.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface TellEndsOptions {
  upkeep: Pick<Upkeep, 'untold'>
  /** Tells it now, and notes that. Throws where it cannot be told. */
  tell(run: Run): Promise<void>
  everyMs: number
  log: Logger
  now(): Date
}

const minute = 60_000
/** Whoever ended the run is telling it until then. */
const othersTurnMs = 15 * minute
/** What was never told in this time is no news any more. */
const longestMs = 3 * 24 * 60 * minute

export function createTellEnds(options: TellEndsOptions): Duty {
  return { name: 'tell-ends', everyMs: options.everyMs, round: (_, signal) => round(options, signal) }
}

async function round({ upkeep, tell, log, now }: TellEndsOptions, signal: AbortSignal): Promise<RoundEnd> {
  const at = now().getTime()
  const found = { told: 0, failed: 0 }
  for (const run of await upkeep.untold(new Date(at - longestMs), new Date(at - othersTurnMs))) {
    if (signal.aborted) break
    try {
      await tell(run)
      found.told += 1
    } catch (thrown) {
      found.failed += 1
      log.warn({ err: toFault(thrown), runId: run.id }, 'how a run ended cannot be told still')
    }
  }
  return { found }
}
