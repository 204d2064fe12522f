// What the checks near a modification say about it: pure rules over their results and the baseline.

import { compareChecks } from '../toolchain/compare.ts'
import type { CheckResult, TestCase } from '../toolchain/toolchain.ts'
import { type ReproductionEvidence, showsDefect } from '../verify/report.ts'

/**
 * - `new_code`          a new test fails, or a check finds something that it did not find before
 * - `existing_test`     a test that passed before fails now
 * - `not_shown`     the tests of the change pass without it, too
 */
export const failureKinds = ['new_code', 'existing_test', 'not_shown'] as const
export type FailureKind = (typeof failureKinds)[number]

/** What the checks near a modification said; recorded, so that a crash does not run them again. */
export interface NearChecks {
  /** Undefined: it stands. */
  failure?: FailureKind
  /** For the coder: how many tests passed or, where it does not stand, which failed and how. At most 8 KiB a check. */
  summary: string
  commands: CommandRun[]
  /** True when the tests of the change were run without it, too, and one of them fails there. */
  shown?: boolean
}

/** A command of the repository that ran, for the record of the patch. */
export interface CommandRun {
  line: string
  exitCode: number | null
  /** Milliseconds. */
  durationMs: number
}

export interface Circumstances {
  /** The baseline: what passed and failed before the first edit. */
  before: CheckResult[]
  /** Sources are still to be changed: a new test may wait for them. */
  pending: boolean
}

/**
 * Stands when nothing that passed before fails now and no new test fails, unless that waits for sources still to be changed.
 * Without test names the exit code decides, where it was green before.
 */
export function judgeNear(ran: CheckResult[], { before, pending }: Circumstances): NearChecks {
  const commands = ran.map(commandRun)
  const results = ran.map((result) => sinceBefore(result, before))
  const known = new Map(before.flatMap(({ tests }) => tests ?? []).map(({ name, status }) => [name, status]))
  const greenBefore = before.filter(({ name }) => name === 'test').every(({ passed }) => passed)
  const failing = results.flatMap((result) => {
    const failure = failureOf(result, { known, pending, greenBefore })
    return failure === undefined ? [] : [{ failure, result }]
  })
  if (failing.length === 0) return { summary: standing(results), commands }
  const summary = failing.map(({ result }) => `${result.line}\n${result.summary}`).join('\n\n')
  const broken = failing.flatMap(({ result }) => brokenTests(result, known))
  if (broken.length === 0) return { failure: 'new_code', summary, commands }
  const others =
    results.flatMap(({ tests = [] }) => tests).filter(({ status }) => status === 'failed').length > broken.length
  return {
    failure: 'existing_test',
    summary: others ? `${listed('Passed before', broken)}\n${summary}` : summary,
    commands,
  }
}

/** A linter or type checker that was red before is held to what it finds now and did not find then. */
function sinceBefore(result: CheckResult, before: CheckResult[]): CheckResult {
  const was = before.find(({ id }) => id === result.id)
  if (result.name === 'test' || was === undefined || was.passed) return result
  const [compared] = compareChecks([was], [result])
  return compared === undefined ? result : { ...result, passed: !compared.regressed, summary: compared.summary }
}

export function commandRun({ line, exitCode, durationMs }: CommandRun): CommandRun {
  return { line, exitCode, durationMs }
}

/** Undefined where the tests of the change show something, or where that cannot be told. */
export function notShown(evidence: ReproductionEvidence | undefined): string | undefined {
  if (evidence === undefined || showsDefect(evidence)) return undefined
  const passing = evidence.passesWithoutChange
  return [
    'They pass on the code without this change, too. Write one that fails there.',
    ...(passing.length > 0 ? [listed('Passes without the change', passing)] : []),
  ].join('\n')
}

interface Known {
  known: Map<string, TestCase['status']>
  pending: boolean
  greenBefore: boolean
}

function failureOf(result: CheckResult, { known, pending, greenBefore }: Known): FailureKind | undefined {
  const { passed, tests, timedOut, name } = result
  if (passed) return undefined
  if (name !== 'test') return 'new_code'
  if (timedOut || tests === undefined) return timedOut || greenBefore ? 'new_code' : undefined
  const failed = tests.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return greenBefore ? 'new_code' : undefined
  if (brokenTests(result, known).length > 0) return 'existing_test'
  return !pending && failed.some((test) => !known.has(test.name)) ? 'new_code' : undefined
}

function brokenTests({ tests = [] }: CheckResult, known: Map<string, TestCase['status']>): string[] {
  return tests.filter(({ name, status }) => status === 'failed' && known.get(name) === 'passed').map(({ name }) => name)
}

function standing(results: CheckResult[]): string {
  const tests = results.flatMap((result) => result.tests ?? [])
  const passed = tests.filter(({ status }) => status === 'passed').length
  if (tests.length > 0) return `${passed} of ${tests.length} tests near it pass.`
  return results.some(({ name }) => name === 'test')
    ? 'The checks near it pass.'
    : 'No test is near this change; everything runs at the end.'
}

const mostNames = 10

function listed(title: string, names: string[]): string {
  const more = names.length > mostNames ? ` … and ${names.length - mostNames} more` : ''
  return `${title}: ${names.slice(0, mostNames).join('; ')}${more}`
}
