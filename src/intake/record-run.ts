// What the ledger is told at once, and people a little later: a run that waits, or that was stopped while it waited, has no worker to speak for it.
import type { Cancellation, Cancelled, NewRun, Recorded } from '../run/ledger.ts'
import { readinessIdentity } from '../task/identity.ts'
import type { TaskIdentity } from '../task/task.ts'
import type { IntakeParts } from './intake-parts.ts'

/** What both need of the intake; the rounds have these, too. */
type RecordingParts = Pick<IntakeParts, 'background' | 'waiting'> & {
  ledger: Pick<IntakeParts['ledger'], 'record' | 'cancel'>
}

export async function recordRun(request: NewRun, { ledger, background, waiting }: RecordingParts): Promise<Recorded> {
  const recorded = await ledger.record(request)
  if (recorded.kind === 'recorded') background.start('tell that a run waits', () => waiting.tellQueued(recorded.run))
  return recorded
}

/** The run, and the one that measures readiness. Each remembers the delivery for itself, so that one that could not be written is obeyed when it is delivered again. */
export async function cancelAll(
  identity: TaskIdentity,
  { delivery, ...cancellation }: Cancellation & { delivery: string },
  parts: RecordingParts,
): Promise<{ run: Cancelled; readiness: Cancelled }> {
  const { taskKey } = readinessIdentity(identity)
  const readiness = await cancelRun(taskKey, { ...cancellation, delivery: `${delivery}:readiness` }, parts)
  return { readiness, run: await cancelRun(identity.taskKey, { ...cancellation, delivery }, parts) }
}

/** A running one ends at its worker's next look, and is told by it. */
export async function cancelRun(
  taskKey: string,
  cancellation: Cancellation,
  parts: RecordingParts,
): Promise<Cancelled> {
  const { ledger, background, waiting } = parts
  const cancelled = await ledger.cancel(taskKey, cancellation)
  if (cancelled.kind === 'cancelled' && cancelled.run.state === 'ended') {
    background.start('tell that a run is stopped', () => waiting.tellStopped(cancelled.run))
  }
  return cancelled
}
