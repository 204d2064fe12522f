// What the reviewer model reads: contract, plan, evidence and diff. Equal changes give equal text.
import { describeContract, fence } from '../plan/describe-task.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { type CheckComparison, couldRun, type VerificationReport } from '../verify/report.ts'
import { describeDiff, type ShownFile } from './shown-diff.ts'

export interface DescribedChange {
  files: ShownFile[]
  report: VerificationReport
}

export function describeChange(
  { contract, plan }: Pick<PlannedTask, 'contract' | 'plan'>,
  { files, report }: DescribedChange,
): string {
  return [
    describeContract(contract),
    fence('plan', plan.modifications.map(({ path, title }) => `- ${path}: ${title}`).join('\n')),
    fence('evidence', describeEvidence(report)),
    fence('diff', describeDiff(files)),
  ].join('\n\n')
}

/** Each test is named once, with a number that the criteria say again. */
function describeEvidence({ checks, reproduction, criteria = [], notVerified }: VerificationReport): string {
  const { failsWithoutChange = [], passesWithoutChange = [], exitCodes = [] } = reproduction ?? {}
  const measured = [...failsWithoutChange, ...passesWithoutChange]
  const others = criteria.flatMap(({ shownBy, newTests }) => [...shownBy, ...newTests])
  const tests = [...new Set([...measured, ...others])]
  const numbered = (name: string) => `test ${tests.indexOf(name) + 1}`
  return [
    // Of the others `notVerified` tells.
    ...checks.filter(({ before, after }) => couldRun(before) || couldRun(after)).map(describeCheck),
    ...failsWithoutChange.map((name) => `- ${numbered(name)} fails without the change, passes with it: ${name}`),
    ...passesWithoutChange.map((name) => `- ${numbered(name)} is new, and passes without the change, too: ${name}`),
    ...exitCodes.filter(({ shows }) => shows).map(({ line }) => `- fails without the change, passes with it: ${line}`),
    ...tests.slice(measured.length).map((name) => `- ${numbered(name)} passes with the change: ${name}`),
    ...criteria.flatMap(({ shownBy, newTests }, at) =>
      shownTests(`criterion ${at + 1}`, [...shownBy, ...newTests].map(numbered)),
    ),
    ...notVerified.map((line) => `- not verified: ${line}`),
  ].join('\n')
}

function describeCheck({ id, line, before, after, added, fixed, flaky }: CheckComparison): string {
  const word = (outcome: { passed: boolean }) => (outcome.passed ? 'passed' : 'failed')
  const counted = ([what, names]: [string, string[]]) => (names.length > 0 ? [`; tests ${what}: ${names.length}`] : [])
  const counts: [string, string[]][] = [
    ['new', added],
    ['mended', fixed],
    ['flaky', flaky],
  ]
  return `- ${id} (${line}): ${word(before)} before, ${word(after)} after${counts.flatMap(counted).join('')}`
}

function shownTests(what: string, tests: string[]): string[] {
  return tests.length === 0 ? [] : [`- for ${what}, as planned: ${tests.join(', ')}`]
}
