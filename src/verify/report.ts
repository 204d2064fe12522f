import type { CheckName } from '../toolchain/toolchain.ts'
import type { CriterionEvidence } from './criteria-evidence.ts'

/** One check before and after, as the host saw it. */
export interface CheckComparison {
  id: string
  name: CheckName
  line: string
  required: boolean
  before: CheckOutcome
  after: CheckOutcome
  /** Test names that passed before and do not pass after, without those the plan removes with a reason. */
  broken: string[]
  /** Failed before, passes after. */
  fixed: string[]
  /** Were not there before. */
  added: string[]
  /** Failed before and fails after: not ours. */
  stillFailing: string[]
  /** Failed and passed within the same tree when run again. */
  flaky: string[]
  /** Of a check that was red before and tells what it finds: what is new, and how much was there before. */
  findings?: { added: string[]; known: number }
  /** Green before and not green after, a broken test, a vanished name, or a new finding. */
  regressed: boolean
  /** For the model and for people, at most 8 KiB; empty when nothing regressed. */
  summary: string
  /** Artifact name of the log. */
  log: string
}

export interface CheckOutcome {
  exitCode: number | null
  passed: boolean
  timedOut: boolean
  durationMs: number
  /** Undefined: the runner gave no names. */
  counts?: { passed: number; failed: number; skipped: number }
}

/** False where the shell has found no such program: that says nothing of the code. */
export function couldRun({ exitCode }: Pick<CheckOutcome, 'exitCode'>): boolean {
  return exitCode !== 127
}

/** The changed tests run on the base sources: a test that is worth something fails there. */
export interface ReproductionEvidence {
  /** Changed or new tests that fail without the change and pass with it. */
  failsWithoutChange: string[]
  /** Tests that are new or failed before, and pass without the change, too: they show nothing about the defect. */
  passesWithoutChange: string[]
  /** Where tests have no names: the commands that run the changed tests, on both trees. */
  exitCodes?: ExitCodes[]
}

export interface ExitCodes {
  line: string
  without: number | null
  with: number | null
  /** Fails without the change and passes with it. */
  shows: boolean
}

/** Whether anything of it shows that the change mends something. */
export function showsDefect({ failsWithoutChange, exitCodes = [] }: ReproductionEvidence): boolean {
  return failsWithoutChange.length > 0 || exitCodes.some(({ shows }) => shows)
}

export interface SecretFinding {
  path: string
  line: number
  /** Name of the rule that fired; never the secret. */
  rule: string
}

export interface VerificationReport {
  /** SHA of the tree that was verified, in a fresh work tree. */
  treeSha: string
  baseCommit: string
  verified: boolean
  checks: CheckComparison[]
  reproduction: ReproductionEvidence | undefined
  /** Which tests show which acceptance criterion; absent where nothing tells. */
  criteria?: CriterionEvidence[]
  secrets: SecretFinding[]
  /** Diff policy: writes the rules refuse, found again on the final patch. */
  violations: { path: string; rule: string }[]
  /** Why not, one line each; empty when verified. */
  problems: string[]
  /** Those of `problems` that no further edit can mend: checks that say nothing, a change above the size limits. */
  beyondRepair: string[]
  /** What was not verified, for the reader: `lint failed before the change and still fails`. */
  notVerified: string[]
  /** Kinds of checks that this repository has no command for. Absent in older records, which name them in `notVerified`. */
  missingChecks?: CheckName[]
  /** What held the sandbox: `bubblewrap`, or `none`, said loudly. */
  sandbox: string
}
