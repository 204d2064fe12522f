// What a repository is built with, as facts. Types only; one file an ecosystem beside this one.
import type { CommandResult } from '../sandbox/sandbox.ts'

export const checkNames = ['format', 'typecheck', 'lint', 'test'] as const
export type CheckName = (typeof checkNames)[number]

/** A command of the repository and how we know of it. */
export interface CheckCommand {
  name: CheckName
  /** Unique within a snapshot: `test`, or `test:packages/api` in a workspace. */
  id: string
  line: string
  /** Relative to the work tree; `.` for its root. */
  cwd: string
  required: boolean
  /** For people: `package.json scripts.test`. */
  from: string
  /** Which report reader understands what it prints or writes. */
  report: ReportFormat
  /** Environment the command needs; never a secret. */
  env?: Record<string, string>
}

/** `text` has no test names: only the exit code counts, and the PR says so. */
export type ReportFormat =
  | 'node-tap'
  | 'junit-file'
  | 'vitest-json'
  | 'jest-json'
  | 'unittest-text'
  | 'pytest-junit'
  | 'text'

export interface TestCase {
  /** Stable between runs: file, then describe path, then name, joined by ` > `. */
  name: string
  file?: string
  status: 'passed' | 'failed' | 'skipped'
  /** Failure message and the frames that matter, without colour codes. */
  detail?: string
}

/** What a check said: the exit code, and tests by name where its runner has them. */
export interface CheckResult {
  id: string
  name: CheckName
  line: string
  passed: boolean
  exitCode: number | null
  timedOut: boolean
  durationMs: number
  /** Undefined: the runner gave no names. */
  tests?: TestCase[]
  /** At most 8 KiB, for the model and for people; never the middle of a log cut blindly. */
  summary: string
  /** Artifact name of the whole log. */
  log: string
}

export interface Ecosystem {
  readonly name: 'node' | 'python'
  /** Undefined when the repository is not of this kind. Reads files of the base commit only, through `read`. */
  detect(files: string[], read: (path: string) => Promise<string | undefined>): Promise<EcosystemFacts | undefined>
}

export interface EcosystemFacts {
  name: Ecosystem['name']
  language: string
  /** Folder of the package, `.` for the root. */
  root: string
  /** Programs that must be on PATH inside the sandbox, such as `npm`. */
  tools: string[]
  install?: {
    line: string
    cwd: string
    from: string /** Hosts the package client is configured with. */
    allowedHosts: string[]
    offline?: boolean
  }
  checks: CheckCommand[]
  /** Formats exactly those files, in place; undefined when the repository has no formatter. */
  formatFiles?: (paths: string[]) => { line: string; cwd: string }
  /** Runs exactly those test files; undefined when the runner cannot. */
  targetedTest?: (paths: string[]) => CheckCommand
  isTest(path: string): boolean
  isGenerated(path: string): boolean
}

/** Stage 5's record. Functions do not survive a record, so the facts are detected again from the same base commit on resume. */
export interface RepositorySnapshot {
  languages: string[]
  ecosystems: EcosystemFacts[]
  checks: CheckCommand[]
  /** Instruction files for the model, from the base commit: path and text, at most 16 KiB together. */
  instructions: { path: string; text: string }[]
  fileCount: number
  notes: string[]
}

/** Turns a finished command into a result. Never throws: a report that cannot be read falls back to the exit code, and says so in `summary`. */
export type ReadReport = (command: CheckCommand, result: CommandResult, reportText?: string) => CheckResult
