// What a repository is built with, as facts. Types only; one file an ecosystem beside this one.
import type { Places } from './clean-output.ts'

export const checkNames = ['format', 'typecheck', 'lint', 'test'] as const
export type CheckName = (typeof checkNames)[number]

/**
 * How sure a command is: `certain` is what the repository or its policy says in so many words (a script, a target),
 * `likely` follows from configuration of the tool, `guessed` is the custom of the language and nothing more.
 */
export type Certainty = 'certain' | 'likely' | 'guessed'

/** A command of the repository and how we know of it. */
export interface CheckCommand {
  name: CheckName
  /** Unique within a snapshot: `test`, or `test:packages/api` in a workspace. */
  id: string
  line: string
  /** Relative to the work tree; `.` for its root. */
  cwd: string
  required: boolean
  /** For people, the file first: `package.json scripts.test`. */
  from: string
  certainty: Certainty
  /** Which report reader understands what it prints or writes. */
  report: ReportFormat
  /** Shell that runs first and that nobody needs to read. */
  before?: string
  /** Environment the command needs; never a secret. */
  env?: Record<string, string>
  /** The script behind `line`, where it names reporters itself: they must be counted in. */
  script?: string
}

/**
 * How a check tells its tests by name. `text` has no test names: only the exit code counts, and the PR says so.
 * `node-events` comes from a reporter of ours that `node --test` loads, since the built-in ones differ from Node 18 to 24
 * and leave the file out; `node-tap` is TAP on stdout, as ava prints it.
 */
export type ReportFormat =
  | 'node-events'
  | 'node-tap'
  | 'vitest-json'
  | 'jest-json'
  | 'mocha-json'
  | 'junit-file'
  | 'pytest-junit'
  | 'unittest-text'
  | 'go-json'
  | 'cargo-text'
  | 'surefire'
  | 'gradle'
  | 'rspec-json'
  | 'minitest-events'
  | 'phpunit-junit'
  | 'trx'
  | 'text'

/** How a runner is made to tell its tests by name, and how that is read. One file a format, listed in `report-readers.ts`. */
export interface ReportReader {
  /**
   * The check as it is asked for its tests. `report` is a quoted shell word: the file that is read, outside of the work
   * tree. What a runner only prints is led there, since of long output the sandbox keeps head and tail alone. The exit
   * code must stay that of the check's own line.
   */
  ask(check: CheckCommand, report: string): AskedCheck
  /** Undefined when the text holds no list of tests. Throws when it cannot be read; an empty file is never given. */
  read(text: string, places: Places): TestCase[] | undefined
  /** What a report holds that a person would have seen in the log, where asking for it took it away. */
  log?(report: string): string
}

export interface AskedCheck {
  line: string
  /** Shell lines that go before, outside of the repository's tool path. */
  setup?: string[]
  env?: Record<string, string>
}

export interface TestCase {
  /** Stable between runs: file, then describe path, then name, joined by ` > `. */
  name: string
  /** Relative to the work tree. */
  file?: string
  line?: number
  status: 'passed' | 'failed' | 'skipped'
  /** Failure message and the frames that matter, without colour codes, durations and absolute paths. */
  detail?: string
}

/** What a check said: the exit code, and tests by name where its runner has them. */
export interface CheckResult {
  id: string
  name: CheckName
  line: string
  required: boolean
  passed: boolean
  exitCode: number | null
  timedOut: boolean
  durationMs: number
  /** Undefined: the runner gave no names. */
  tests?: TestCase[]
  /** What a red check found that runs no tests, without places in files; undefined where it does not tell, or not all of it. */
  findings?: string[]
  /** At most 8 KiB or what the policy says, without credentials, for the model and for people; never the middle of a log cut blindly. Equal for equal failures. */
  summary: string
  /** Artifact name of the whole log. */
  log: string
}

/** Reads a file of the base commit; undefined when it is not there or is binary. */
export type ReadFile = (path: string) => Promise<string | undefined>

/** One kind of project. A new one is a file beside this one, a line in `ecosystems.ts`, and a case of `test/contract/ecosystem.ts`. */
export interface Ecosystem {
  /** Unique: `node`. */
  readonly name: string
  /** One entry for each independent project of this kind, the root's first; empty when there is none. Reads files of the base commit only. */
  detect(files: string[], read: ReadFile): Promise<EcosystemFacts[]>
  /** Which reader understands the tests of a command that others wrote, such as `pytest -q`; undefined where none does. */
  reportOf?(command: string): ReportFormat | undefined
}

export interface InstallCommand {
  line: string
  /** Shell that runs first and that nobody needs to read, such as what a client has to be told of the proxy. */
  before?: string
  cwd: string
  from: string
  /** Hosts the package client is configured with by the repository: `name` or `name:port`. */
  allowedHosts: string[]
  certainty: Certainty
  required: boolean
  /** What it makes, so that it need not be made again; undefined where that depends on more than manifests and versions. */
  keeps?: KeptInstall
}

export interface KeptInstall {
  /** Files and folders, below the tree or, behind `~/`, below HOME. */
  parts: string[]
  /** A shell line that tells the versions of all programs that take part. */
  versions: string
}

/** One package of a project: `@shop/api` in `packages/api`. Where it has no name, its folder's. */
export interface WorkspacePackage {
  name: string
  /** `.` for the root. */
  folder: string
}

export interface EcosystemFacts {
  name: Ecosystem['name']
  language: string
  /** For people: `npm`, `Cargo`, `Maven`. */
  buildSystem: string
  /** Folder of the project, `.` for the root. */
  root: string
  /** The project's own package and those that are built with it, by folder. */
  packages: WorkspacePackage[]
  /** Programs that must be on PATH inside the sandbox, such as `npm`. */
  tools: string[]
  /** Undefined when there is nothing to install. */
  install?: InstallCommand
  checks: CheckCommand[]
  /** Formats exactly those files of the project, in place; undefined when the repository has no formatter. */
  formatFiles?: (paths: string[]) => { line: string; cwd: string }
  /** Runs exactly those test files of one package (paths from the repository's root); undefined when its runner cannot. `targetedChecks` sorts files by package. */
  targetedTest(paths: string[]): CheckCommand | undefined
  /** True for a file that the project's formatter and runner know how to read, by its ending: whose it is, its folder tells. */
  reads(path: string): boolean
  /** True for test code of this project; false for everything in other projects. */
  isTest(path: string): boolean
  isGenerated(path: string): boolean
  /** For people: what was found and left alone. */
  notes: string[]
}

/** One line of CODEOWNERS; no owners: whoever matched before is none. */
export interface OwnerRule {
  pattern: string
  /** `@login`, `@org/team` or an e-mail. */
  owners: string[]
  line: number
}

/** An instruction file below the root. */
export interface FolderInstructions {
  path: string
  /** It holds for what is in here. */
  folder: string
  text: string
}

export interface TestLayout {
  /** Number of files. */
  files: number
  /** How many of them stand in one folder with sources. */
  besideSources: number
  /** Where they are: the outermost folder named after tests, or else the file's own; most tests first. */
  folders: string[]
}

/** Stage 5's record. Functions do not survive a record, so the facts are detected again from the same base commit on resume. */
export interface RepositorySnapshot {
  languages: string[]
  /** For people: `npm`, `Cargo`; each once. */
  buildSystems: string[]
  ecosystems: EcosystemFacts[]
  /** Of all projects, by folder. */
  packages: WorkspacePackage[]
  checks: CheckCommand[]
  /** In this order, before the checks; empty when there is nothing to install. */
  installs: InstallCommand[]
  /** The policy's own command for some tests, with `{files}`; it stands above what the ecosystems would run. */
  targetedTest?: string
  /** Instruction files for the model, from the base commit: path and text, at most 16 KiB together. */
  instructions: { path: string; text: string }[]
  /** Those of folders; `instructionsFor` picks what holds for a file. */
  nestedInstructions: FolderInstructions[]
  /** Of CODEOWNERS, in its order; `ownersOf` reads them. */
  owners: OwnerRule[]
  testLayout: TestLayout
  /** Outermost folders that nobody writes by hand. */
  generatedFolders: string[]
  fileCount: number
  notes: string[]
}

export const policyCheckNames = ['install', ...checkNames, 'targetedTest'] as const

/**
 * The `checks` of a policy file. A command replaces what was detected; `required` holds for detected commands, too.
 * `{files}` stands for the quoted paths in `targetedTest`.
 */
export type PolicyChecks = Partial<
  Record<(typeof policyCheckNames)[number], { command?: string | undefined; required: boolean }>
>
