// What a change did to the checks: the same checks on the base and on the changed tree, test by test.
import type { CheckComparison, CheckOutcome } from '../verify/report.ts'
import { cutLines } from './failure-summary.ts'
import { newFindings } from './findings.ts'
import { wholeRun } from './reports/told-failure.ts'
import type { CheckResult, TestCase } from './toolchain.ts'

/** UTF-8 bytes. */
const maxSummary = 8 * 1024

export interface CompareOptions {
  /** The changed tree's checks run once more: what passes there and failed in `after` is flaky. */
  rerun?: CheckResult[]
}

/**
 * One comparison a check, in the order of `before`. Tests in `removed` may vanish: the plan gives the reason.
 * A check that was not run on the changed tree counts as regressed.
 */
export function compareChecks(
  before: CheckResult[],
  after: CheckResult[],
  removed: Iterable<string> = [],
  { rerun = [] }: CompareOptions = {},
): CheckComparison[] {
  const ids = new Set([...before, ...after].map(({ id }) => id))
  const excused = new Set(removed)
  return [...ids].flatMap((id) => {
    const runs = { before: withId(before, id), after: withId(after, id), rerun: withId(rerun, id) }
    const check = runs.before ?? runs.after
    return check === undefined ? [] : [compareOne(check, runs, excused)]
  })
}

interface Runs {
  before: CheckResult | undefined
  after: CheckResult | undefined
  rerun: CheckResult | undefined
}

function withId(results: CheckResult[], id: string): CheckResult | undefined {
  return results.find((result) => result.id === id)
}

function compareOne(check: CheckResult, { before, after, rerun }: Runs, removed: Set<string>): CheckComparison {
  const was = statuses(before)
  const again = statuses(rerun)
  const first = statuses(after)
  // A run that breaks down in the middle does not name every test: of those it says nothing, the second run does.
  const recovered = [...again.keys()].filter((name) => was.has(name) && !first.has(name))
  const is = new Map([...first, ...recovered.map((name) => [name, again.get(name) ?? 'failed'] as const)])
  const names = [...new Set([...was.keys(), ...is.keys()])].sort()
  const excusable = rerun !== undefined && failsNothingNew(again, was)
  const passesAgain = (name: string) =>
    again.get(name) === 'passed' || (excusable && again.size > 0 && !again.has(name) && !was.has(name))
  const flaky = names.filter((name) => first.get(name) === 'failed' && passesAgain(name))
  const steady = names.filter((name) => !flaky.includes(name))
  const broken = steady.filter((name) => was.get(name) === 'passed' && is.get(name) !== 'passed' && !removed.has(name))
  const newFailures = steady.filter((name) => is.get(name) === 'failed' && was.get(name) !== 'failed')
  const findings = compareFindings({ before, after, rerun })
  const found = findings?.added ?? []
  const regressed = broken.length + newFailures.length + found.length > 0 || turnedRed(before, after, rerun)
  return {
    id: check.id,
    name: check.name,
    line: check.line,
    required: check.required,
    before: outcomeOf(before),
    after: outcomeOf(recovered.length > 0 ? rerun : after),
    broken,
    fixed: steady.filter((name) => was.get(name) === 'failed' && is.get(name) === 'passed'),
    added: names.filter((name) => !was.has(name)),
    stillFailing: steady.filter((name) => was.get(name) === 'failed' && is.get(name) === 'failed'),
    flaky: recovered.length > 0 ? [...new Set([wholeRun, ...flaky])] : flaky,
    regressed,
    ...(findings && { findings }),
    summary: regressed ? regressionSummary({ broken, found }, is, after) : '',
    log: after?.log ?? '',
  }
}

/** Then what failed for a whole file or run, and has no name in a run that comes to its end, was that one run's alone. */
function failsNothingNew(again: Map<string, TestCase['status']>, was: Map<string, TestCase['status']>): boolean {
  return [...again].every(([name, status]) => status !== 'failed' || was.get(name) === 'failed')
}

/** Of a check that is red both times and tells what it finds, both times. What a second run does not find was no finding. */
function compareFindings({ before, after, rerun }: Runs): CheckComparison['findings'] {
  if (before?.findings === undefined || after?.findings === undefined) return undefined
  const added = newFindings(before.findings, after.findings)
  const again = rerun === undefined ? undefined : new Set(rerun.findings)
  return { added: added.filter((finding) => again?.has(finding) ?? true), known: after.findings.length - added.length }
}

/**
 * Green before and red after, unless a second run was green; or red in a way that names cannot explain: it took too long,
 * or it lost the names that it had.
 */
function turnedRed(
  before: CheckResult | undefined,
  after: CheckResult | undefined,
  rerun: CheckResult | undefined,
): boolean {
  if (after === undefined) return true
  if (after.passed || rerun?.passed === true) return false
  if (before === undefined || before.passed) return true
  const last = rerun ?? after
  if (last.timedOut && !before.timedOut) return true
  return before.tests !== undefined && last.tests === undefined
}

function regressionSummary(
  { broken, found }: { broken: string[]; found: string[] },
  is: Map<string, TestCase['status']>,
  after: CheckResult | undefined,
): string {
  const vanished = broken.filter((name) => !is.has(name))
  const skipped = broken.filter((name) => is.get(name) === 'skipped')
  const lists = [
    named('These tests passed before and are gone', vanished),
    named('These tests passed before and are skipped now', skipped),
    named('These findings are new', found),
  ]
  const text = [...lists, after?.summary ?? 'The check was not run.'].filter((part) => part !== '').join('\n\n')
  return cutLines(text, maxSummary)
}

function named(title: string, names: string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, 10).map((name) => `- ${name.slice(0, 200)}`)
  const more = names.length > shown.length ? [`- … and ${names.length - shown.length} more`] : []
  return [`${title}:`, ...shown, ...more].join('\n')
}

function statuses(result: CheckResult | undefined): Map<string, TestCase['status']> {
  return new Map((result?.tests ?? []).map((test) => [test.name, test.status]))
}

function outcomeOf(result: CheckResult | undefined): CheckOutcome {
  if (result === undefined) return { exitCode: null, passed: false, timedOut: false, durationMs: 0 }
  const { exitCode, passed, timedOut, durationMs, tests } = result
  const count = (status: TestCase['status']) => (tests ?? []).filter((test) => test.status === status).length
  return {
    exitCode,
    passed,
    timedOut,
    durationMs,
    ...(tests === undefined
      ? {}
      : { counts: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') } }),
  }
}
