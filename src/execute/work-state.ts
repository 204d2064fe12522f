// What one execution has at hand while the model works: the queue, the last good checkpoint, and what was told on the way.
import type { ImplementationPlan, Modification } from '../plan/plan.ts'
import type { Amendment, ChangedTest } from './candidate.ts'
import { ModificationQueue } from './modification-queue.ts'

export interface WorkState {
  /** Round of verification that this is the work for, from 0; names the logs. */
  round: number
  queue: ModificationQueue
  /** Tree to go back to when the current modification falls. */
  lastGood: string
  /** How often checks ran after a modification: names their logs. */
  checksRun: number
  /** Tree of the current modification's last attempt that failed its checks: the next one is a repair. */
  failedTree: string | undefined
  /** The current modification was given back since its checks failed. */
  reverted: boolean
  amendments: Amendment[]
  changedTests: ChangedTest[]
  notes: string[]
}

export function openWorkState(
  modifications: Modification[],
  { round, lastGood, amendments, changedTests }: Pick<WorkState, 'round' | 'lastGood' | 'amendments' | 'changedTests'>,
): WorkState {
  return {
    round,
    queue: new ModificationQueue(modifications),
    lastGood,
    checksRun: 0,
    failedTree: undefined,
    reverted: false,
    amendments: [...amendments],
    changedTests: [...changedTests],
    notes: [],
  }
}

/** Paths that plan and amendments name. */
export function plannedPaths(plan: ImplementationPlan, { amendments }: Pick<WorkState, 'amendments'>): Set<string> {
  return new Set([...plan.modifications, ...amendments.map(({ modification }) => modification)].map(({ path }) => path))
}

/** How a modification is told to the coder. */
export function describeModification({ id, kind, path, title, reason }: Modification): string {
  return `${id}: ${kind} ${path}. ${title}. Why: ${reason}`
}
