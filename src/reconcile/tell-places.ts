// The place in the line, told again where it has changed: runs that wait for hours have no worker to speak for them.
import type { Ledger } from '../run/ledger.ts'
import type { Queue } from '../run/queue.ts'
import type { Run } from '../run/run.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface TellPlacesOptions {
  queue: Pick<Queue, 'line'>
  ledger: Pick<Ledger, 'find'>
  /** Tells where the run stands now, unless a worker takes it meanwhile. */
  tell(run: Run): Promise<void>
  everyMs: number
}

/** Each costs some calls of GitHub's: those who are next want to know most. */
const mostRuns = 10

export function createTellPlaces(options: TellPlacesOptions): Duty {
  return {
    name: 'tell-places',
    everyMs: options.everyMs,
    round: (memory, signal) => round(options, memory as Places | undefined, signal),
  }
}

/** What was told last, by run. */
type Places = Record<string, number>

async function round(
  { queue, ledger, tell }: TellPlacesOptions,
  told: Places | undefined,
  signal: AbortSignal,
): Promise<RoundEnd> {
  const places: Places = {}
  let count = 0
  for (const [place, runId] of (await queue.line(mostRuns)).entries()) {
    places[runId] = place
    // One that is new here was told when it was recorded.
    if (signal.aborted || told?.[runId] === undefined || told[runId] === place) continue
    const run = await ledger.find(runId)
    // One that a worker has had has a status of its own.
    if (run?.state !== 'queued' || run.epoch > 0) continue
    await tell(run)
    count += 1
  }
  return { memory: places, found: { told: count } }
}
