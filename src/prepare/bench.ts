// What a run works on: acquired anew after a crash, never recorded. Types only; prepare-bench.ts builds it.
import type { WorkTree } from '../agent/work-tree.ts'
import type { SandboxSession } from '../sandbox/sandbox.ts'
import type { CheckCommand, CheckResult, RepositorySnapshot } from '../toolchain/toolchain.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What the repository's checks said before the first edit. */
export interface Baseline {
  /** Programs that a check needs and the sandbox does not have. */
  missingTools: string[]
  /** Why dependencies could not be installed; undefined when they were, or when there are none. */
  installProblem: string | undefined
  checks: CheckResult[]
}

/** A work tree with the sandbox that its commands run in. */
export interface Place {
  workspace: Workspace
  session: SandboxSession
}

/** Beside the run's own place, for checks that must not see what a command left behind. */
export interface FreshPlace extends Place {
  /** Why the dependencies could not be installed here; undefined when they were, or when there are none. */
  installProblem: string | undefined
}

export interface Bench extends Place, AsyncDisposable {
  /** The work tree as the model may see it, for looking; what it may write is decided by the plan. */
  tree: WorkTree
  snapshot: RepositorySnapshot
  baseline: Baseline
  /** What held the sandbox, for the report: `bubblewrap`, or `none`. */
  sandbox: string
  isTest(path: string): boolean
  /** Runs checks in any place, keeping their logs as artifacts under `label/`. */
  runChecks(place: Place, checks: CheckCommand[], label: string): Promise<CheckResult[]>
  /** A fresh work tree of exactly that tree, with its own sandbox and dependencies; disposed by the caller. */
  fresh(treeSha: string): Promise<FreshPlace & AsyncDisposable>
}
