// What one execution has at hand while the model works: the queue, the last good checkpoint, and what was told on the way.

import type { Amendment } from '../plan/amend-plan.ts'
import type { ImplementationPlan, Modification } from '../plan/plan.ts'
import type { ChangedTest } from './candidate.ts'
import { ModificationQueue } from './modification-queue.ts'
import type { CommandRun } from './near-checks.ts'

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
  /** A test of this change was seen to fail without it. */
  shown: boolean
  /** How often the coder asked for a check. */
  checksAsked: number
  commands: CommandRun[]
  amendments: Amendment[]
  changedTests: ChangedTest[]
  notes: string[]
}

export function openWorkState(
  modifications: Modification[],
  known: Pick<WorkState, 'round' | 'lastGood' | 'shown' | 'amendments' | 'changedTests'>,
): WorkState {
  return {
    ...known,
    queue: new ModificationQueue(modifications),
    checksRun: 0,
    failedTree: undefined,
    reverted: false,
    checksAsked: 0,
    commands: [],
    amendments: [...known.amendments],
    changedTests: [...known.changedTests],
    notes: [],
  }
}

/** Paths that plan and amendments name. */
export function plannedPaths(plan: ImplementationPlan, { amendments }: Pick<WorkState, 'amendments'>): Set<string> {
  return new Set([...plan.modifications, ...amendments.map(({ modification }) => modification)].map(({ path }) => path))
}

/** How a modification is told to the coder. */
export function describeModification({ id, kind, path, title, reason, criteria = [] }: Modification): string {
  const covers = criteria.length > 0 ? ` (covers criterion ${criteria.join(', ')})` : ''
  return `${id}: ${kind} ${path}. ${title}. Why: ${reason}${covers}`
}
