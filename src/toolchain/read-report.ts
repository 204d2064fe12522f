// What a finished check says, from three witnesses: the exit code, the report, and what was printed. All of them must agree.
import type { CommandResult } from '../sandbox/sandbox.ts'
import { type Places, unknownPlaces } from './clean-output.ts'
import { summarizeCheck } from './failure-summary.ts'
import { readJestJson } from './reports/jest-json.ts'
import { readJunit } from './reports/junit.ts'
import { readMochaJson } from './reports/mocha-json.ts'
import { readNodeEvents } from './reports/node-events.ts'
import { readTap } from './reports/tap.ts'
import { readUnittest, unittestCount } from './reports/unittest-text.ts'
import type { CheckCommand, CheckResult, ReportFormat, TestCase } from './toolchain.ts'

export interface ReportSource {
  /** Text of the report file; undefined when the command left none. */
  report?: string | undefined
  places?: Places
  /** UTF-8 bytes of the summary at most; default 8 KiB. */
  summaryBytes?: number | undefined
  /** Artifact name of the whole log. */
  log: string
}

/** Formats that are read from a file; the others are read from what the command printed. */
export const fileFormats: ReadonlySet<ReportFormat> = new Set([
  'node-events',
  'vitest-json',
  'jest-json',
  'mocha-json',
  'junit-file',
  'pytest-junit',
])

/**
 * Turns a finished command into a result. Never throws: a report that cannot be read falls back to the exit code and says so.
 * All tests passed in the report but exit code not 0 is failed; exit code 0 with a failed test, or with no test run, is failed.
 */
export function readReport(check: CheckCommand, result: CommandResult, source: ReportSource): CheckResult {
  const places = source.places ?? unknownPlaces
  const { tests, problem } = readTests(check, result, source.report, places)
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
    summary: summarizeCheck({ result, tests, passed, doubts, places, maxBytes: source.summaryBytes }),
    log: source.log,
  }
}

function readTests(
  check: CheckCommand,
  result: CommandResult,
  report: string | undefined,
  places: Places,
): { tests?: TestCase[]; problem?: string } {
  if (check.report === 'text') return {}
  // Our own reporter makes its file even when there is nothing to tell: empty means that no test was run.
  const nothing = report === undefined || (report.trim() === '' && check.report !== 'node-events')
  if (fileFormats.has(check.report) && nothing) {
    return { problem: 'The test runner left no report: only the exit code counts.' }
  }
  try {
    const tests = parse(check.report, report ?? '', result.output, places)
    if (tests === undefined) return { problem: 'No list of tests was printed: only the exit code counts.' }
    return { tests: uniqueByName(tests) }
  } catch {
    return { problem: 'The report of the test runner cannot be read: only the exit code counts.' }
  }
}

function parse(format: ReportFormat, report: string, output: string, places: Places): TestCase[] | undefined {
  switch (format) {
    case 'node-events':
      return readNodeEvents(report, places)
    case 'vitest-json':
    case 'jest-json':
      return readJestJson(report, places)
    case 'mocha-json':
      return readMochaJson(report, places)
    case 'junit-file':
    case 'pytest-junit':
      return readJunit(report, places)
    case 'node-tap':
      return /^(TAP version|1\.\.\d)/m.test(output) ? readTap(output, places) : undefined
    case 'unittest-text':
      return unittestCount(output) === undefined ? undefined : readUnittest(output, places)
    case 'text':
      return undefined
  }
}

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
