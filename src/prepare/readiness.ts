// Can changes to this repository be verified on this machine, and what would make it better? Told from the bench alone: no model is asked.
import type { Certainty, CheckName } from '../toolchain/toolchain.ts'

export interface Readiness {
  /**
   * `ready`: tests run here and tell their names. `limited`: work can be done, and less can be shown of it.
   * `not_ready`: no change could be verified, so that tasks are declined.
   */
  verdict: 'ready' | 'limited' | 'not_ready'
  languages: string[]
  buildSystems: string[]
  /** Folders of the packages, `.` for the root. */
  packages: { name: string; folder: string }[]
  files: number
  commands: ReadinessCommand[]
  /** Programs that the commands need and the sandbox does not have. */
  missingTools: string[]
  /** Why dependencies cannot be installed: the command, how it ended, its last lines. */
  installProblem?: string
  /** What held the commands: `bubblewrap`, or `none`. */
  sandbox: string
  testFiles: number
  /** Where they are, most first. */
  testFolders: string[]
  /** Paths of instruction files, those of folders among them. */
  instructions: string[]
  /** True where CODEOWNERS names somebody. */
  owners: boolean
  notes: string[]
  /** By effect, the greatest first. */
  improvements: Improvement[]
}

/** What was found, before it is judged. */
export type Found = Omit<Readiness, 'verdict' | 'improvements'>

export interface ReadinessCommand {
  id: string
  kind: 'install' | CheckName
  line: string
  /** Relative to the work tree. */
  cwd: string
  from: string
  certainty: Certainty
  required: boolean
  /** Absent for installs, and where nothing was run. */
  result?: CommandOutcome
}

export interface CommandOutcome {
  passed: boolean
  exitCode: number | null
  timedOut: boolean
  durationMs: number
  /** Absent where the runner names no tests. */
  counts?: { passed: number; failed: number; skipped: number }
  /** Tests that failed in every run. */
  failing: string[]
  /** Tests that ended differently in two runs of the same tree. */
  flaky: string[]
  /** The check itself ended differently in two runs. */
  unsteady: boolean
  /** The end of what was said, where it failed and names no tests. */
  said?: string
}

/** One thing to do; `of` names the commands, tests or programs that it is about. */
export interface Improvement {
  code: ImprovementCode
  of: string[]
}

/** The greatest effect first: what keeps work from being done, then what makes its proof weaker, then what helps. */
export const improvementCodes = [
  'install_tools',
  'mend_install',
  'name_test_command',
  'make_tests_run',
  'mend_flaky_tests',
  'mend_failing_tests',
  'mend_failing_checks',
  'name_tests',
  'make_tests_fast',
  'write_tests',
  'confirm_commands',
  'lock_dependencies',
  'add_checks',
  'write_instructions',
  'name_owners',
] as const
export type ImprovementCode = (typeof improvementCodes)[number]

/** A suite that ends badly every time and names no test that passes could not tell whether a change stands. */
export function says({ result }: ReadinessCommand): boolean {
  return result !== undefined && (result.passed || result.unsteady || (result.counts?.passed ?? 0) > 0)
}
