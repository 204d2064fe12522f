import type { Message } from '../model/model.ts'
import type { Amendment } from '../plan/amend-plan.ts'
import type { Modification } from '../plan/plan.ts'
import type { Escalation } from '../run/escalation.ts'
import type { FileChange } from '../workspace/workspace.ts'
import type { CommandRun, FailureKind } from './near-checks.ts'

export const repairKinds = ['modify_source', 'update_test', 'revert_and_retry'] as const
export type RepairKind = (typeof repairKinds)[number]

/** How one modification went. */
export interface ModificationResult {
  modification: Modification
  status: 'done' | 'failed' | 'skipped'
  /** Repairs tried, in order; told from what changed, not from what the coder says. */
  repairs: RepairKind[]
  /** What the checks found at each attempt that did not stand, in order; absent: nothing. */
  failures?: FailureKind[]
  /** Why it failed or was skipped. */
  reason?: string
  /** Checkpoint after it: a git tree. */
  treeSha: string
}

/** An existing test whose expectation changed, with the acceptance criterion that asks for it. */
export interface ChangedTest {
  path: string
  reason: string
  /** Text of the criterion. */
  criterion?: string
}

export const fileCategories = ['source', 'test', 'documentation', 'dependency', 'generated', 'lock'] as const
export type FileCategory = (typeof fileCategories)[number]

/** One file of the patch. */
export interface ChangedFile extends Pick<FileChange, 'path' | 'kind' | 'addedLines' | 'removedLines'> {
  /** Name of the package that it belongs to; `.` where none is known. */
  module: string
  category: FileCategory
}

/** What execution hands to verification. */
export interface Candidate {
  treeSha: string
  /** From the base commit; survives a crash where the tree does not. */
  patch: string
  /** What the patch changes. Absent in older records, as `commands`. */
  files?: ChangedFile[]
  /** Commands of the repository that ran while the work was done, in order. */
  commands?: CommandRun[]
  results: ModificationResult[]
  /** What was done in later rounds, one a round, after verification or review had sent the work back; `path` of its modification is empty. */
  mends?: ModificationResult[]
  /** Changes to the plan made while executing; recorded, checked by the gate again, shown in the PR. */
  amendments: Amendment[]
  changedTests: ChangedTest[]
  /** The coder's own words about the change, for the PR; never evidence. */
  explanation: string
  /** The coder's conversation, which the next round goes on with. */
  conversation: Message[]
  turns: number
  toolCalls: number
  /** Set when the work stopped early and is partial. */
  stopped?: Stopped
}

/**
 * - `gave_up`   the coder said why it cannot go on
 * - `question`  the coder asks a person to choose; `escalation` holds the question
 * - `approval`  a person approved the plan, and the coder needs a file that is not in it; `amendment` holds the file
 * - `model`     the conversation did not end as it should
 */
export type Stopped =
  | { kind: 'budget_spent' | 'turns' | 'deadline' | 'gave_up' | 'model'; reason: string }
  | { kind: 'question'; reason: string; escalation: Escalation }
  | { kind: 'approval'; reason: string; amendment: Amendment }
