// What the ledger is told at once, and people a little later: a run that waits, or that was stopped while it waited, has no worker to speak for it.
import type { NewRun, Recorded } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'
import type { IntakeParts } from './intake-parts.ts'

export async function recordRun(request: NewRun, { ledger, background, waiting }: IntakeParts): Promise<Recorded> {
  const recorded = await ledger.record(request)
  if (recorded.kind === 'recorded') background.start('tell that a run waits', () => waiting.tellQueued(recorded.run))
  return recorded
}

/** The run that was under way; a running one ends at its worker's next look, and is told by it. */
export async function cancelRun(taskKey: string, reason: string, parts: IntakeParts): Promise<Run | undefined> {
  const { ledger, background, waiting } = parts
  const run = await ledger.cancel(taskKey, reason)
  if (run?.state === 'ended') background.start('tell that a run is stopped', () => waiting.tellStopped(run))
  return run
}
