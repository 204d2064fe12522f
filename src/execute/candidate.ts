import type { Message } from '../model/model.ts'
import type { Modification } from '../plan/plan.ts'

export const repairKinds = ['modify_source', 'update_test', 'revert_and_retry'] as const
export type RepairKind = (typeof repairKinds)[number]

/** How one modification went. */
export interface ModificationResult {
  modification: Modification
  status: 'done' | 'failed' | 'skipped'
  /** Repairs tried, in order; told from what changed, not from what the coder says. */
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

/** An existing test whose expectation changed, with the acceptance criterion that asks for it. */
export interface ChangedTest {
  path: string
  reason: string
}

/** What execution hands to verification. */
export interface Candidate {
  treeSha: string
  /** From the base commit; survives a crash where the tree does not. */
  patch: string
  results: ModificationResult[]
  amendments: Amendment[]
  changedTests: ChangedTest[]
  /** The coder's own words about the change, for the PR; never evidence. */
  explanation: string
  /** The coder's conversation, which the next round goes on with. */
  conversation: Message[]
  turns: number
  toolCalls: number
  /** Set when the loop stopped early and the work is partial. `gave_up`: the coder said why; `model`: it did not end as it should. */
  stopped?: { kind: 'budget_spent' | 'turns' | 'deadline' | 'gave_up' | 'model'; reason: string }
}
