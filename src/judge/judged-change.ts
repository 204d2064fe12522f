import type { Candidate } from '../execute/candidate.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { TaskType } from '../task/contract.ts'
import type { Patch } from '../workspace/workspace.ts'
import type { Objection } from './verdict.ts'

/** What the rules look at. */
export interface JudgedChange {
  patch: Patch
  plan: ImplementationPlan
  candidate: Candidate
  taskType: TaskType
  /** Title and body of the issue: what it names in words may be changed. */
  issueText: string
  /** Files that the issue names; a check definition may change only when it is among them. */
  namedFiles: string[]
  isTest(path: string): boolean
  isGenerated(path: string): boolean
  /** Path → what of the checks its change alters: `test configuration`. */
  alteredChecks: ReadonlyMap<string, string>
  /** Path of a manifest → names of the dependencies that its change adds, removes or moves to another version. */
  changedDependencies: ReadonlyMap<string, string[]>
}

export function byRule(about: string, path: string, message: string): Objection {
  return { by: 'rule', about, path, message }
}
