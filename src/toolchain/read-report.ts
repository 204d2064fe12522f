// What a finished check says, from three witnesses: the exit code, the report, and what was printed. All of them must agree.
import type { CommandResult } from '../sandbox/sandbox.ts'
import { type Places, unknownPlaces } from './clean-output.ts'
import { summarizeCheck } from './failure-summary.ts'
import { readFindings } from './findings.ts'
import { readerOf } from './report-readers.ts'
import type { CheckCommand, CheckResult, TestCase } from './toolchain.ts'

export interface ReportSource {
  /** Text of the report file; undefined when the command left none. */
  report?: string | undefined
  places?: Places
  /** UTF-8 bytes of the summary at most; default 8 KiB. */
  summaryBytes?: number | undefined
  /** Artifact name of the whole log. */
  log: string
}

/**
 * Turns a finished command into a result. Never throws: a report that cannot be read falls back to the exit code and says so.
 * All tests passed in the report but exit code not 0 is failed; exit code 0 with a failed test, or with no test run, is failed.
 */
export function readReport(check: CheckCommand, result: CommandResult, source: ReportSource): CheckResult {
  const places = source.places ?? unknownPlaces
  const { tests, problem } = readTests(check, source.report, places)
  const doubts = [...(problem === undefined ? [] : [problem]), ...disagreements(check, result, tests)]
  const passed = result.exitCode === 0 && !result.timedOut && result.limit === undefined && !contradicted(check, tests)
  return {
    id: check.id,
    name: check.name,
    line: check.line,
    required: check.required,
    passed,
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    ...(tests === undefined ? {} : { tests }),
    ...(passed ? {} : found(check, result, places)),
    summary: summarizeCheck({ result, tests, passed, doubts, places, maxBytes: source.summaryBytes }),
    log: source.log,
  }
}

/** What was cut, or stopped on the way, has not told everything. */
function found(
  { name }: CheckCommand,
  { output, truncated, timedOut, limit }: CommandResult,
  places: Places,
): Pick<CheckResult, 'findings'> {
  if (name === 'test' || truncated || timedOut || limit !== undefined) return {}
  const findings = readFindings(output, places)
  return findings === undefined ? {} : { findings }
}

function readTests(
  check: CheckCommand,
  report: string | undefined,
  places: Places,
): { tests?: TestCase[]; problem?: string } {
  const reader = readerOf(check.report)
  if (reader === undefined) return {}
  if (report === undefined || report.trim() === '') return { problem: noReport }
  try {
    const tests = reader.read(report, places)
    return tests === undefined ? { problem: noList } : { tests: uniqueByName(tests) }
  } catch {
    return { problem: 'The report of the test runner cannot be read: only the exit code counts.' }
  }
}

const noReport = 'The test runner left no report: only the exit code counts.'
const noList = 'No list of tests was printed: only the exit code counts.'

/** Two tests of one name are told apart by their order; the worse status of a name must never be lost. */
function uniqueByName(tests: TestCase[]): TestCase[] {
  const seen = new Map<string, number>()
  return tests.map((test) => {
    const count = (seen.get(test.name) ?? 0) + 1
    seen.set(test.name, count)
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` }
  })
}

function contradicted(check: CheckCommand, tests: TestCase[] | undefined): boolean {
  if (tests === undefined) return false
  return tests.some((test) => test.status === 'failed') || (check.name === 'test' && !someRan(tests))
}

function disagreements(check: CheckCommand, result: CommandResult, tests: TestCase[] | undefined): string[] {
  if (tests === undefined || result.timedOut || result.limit !== undefined) return []
  const failed = tests.some((test) => test.status === 'failed')
  if (check.name === 'test' && !someRan(tests)) return ['No test was run.']
  if (failed && result.exitCode === 0) return ['The command ended with exit code 0 although tests failed.']
  if (!failed && result.exitCode !== 0) return ['No test failed, yet the command did.']
  return []
}

function someRan(tests: TestCase[]): boolean {
  return tests.some((test) => test.status !== 'skipped')
}
