import type { Modification } from '../plan/plan.ts'

export const repairKinds = ['modify_source', 'update_test', 'revert_and_retry'] as const
export type RepairKind = (typeof repairKinds)[number]

/** How one modification went. */
export interface ModificationResult {
  modification: Modification
  status: 'done' | 'failed' | 'skipped'
  /** Repairs tried, in order. */
  repairs: RepairKind[]
  /** Why it failed or was skipped. */
  reason?: string
  /** Checkpoint after it: a git tree. */
  treeSha: string
}

/** A change to the plan made while executing; recorded, checked by the gate again, shown in the PR. */
export interface Amendment {
  modification: Modification
  reason: string
}

/** What execution hands to verification. */
export interface Candidate {
  treeSha: string
  /** From the base commit; survives a crash where the tree does not. */
  patch: string
  results: ModificationResult[]
  amendments: Amendment[]
  /** Tests whose expectation changed, with the acceptance criterion that asks for it. */
  changedTests: { path: string; reason: string }[]
  /** The coder's own words about the change, for the PR; never evidence. */
  explanation: string
  /** Set when the loop stopped early and the work is partial. */
  stopped?: { kind: 'budget_spent' | 'turns' | 'deadline' | 'model' | 'cancelled'; reason: string }
}
