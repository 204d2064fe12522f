// What the reviewer model reads: contract, plan, evidence and diff. Equal changes give equal text.
import { describeContract, fence } from '../plan/describe-task.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import type { VerificationReport } from '../verify/report.ts'
import { describeDiff, type ShownFile } from './shown-diff.ts'

export interface DescribedChange {
  files: ShownFile[]
  report: VerificationReport
}

export function describeChange({ contract, plan }: PlannedTask, { files, report }: DescribedChange): string {
  return [
    describeContract(contract),
    fence('plan', plan.modifications.map(({ path, title }) => `- ${path}: ${title}`).join('\n')),
    fence('evidence', describeEvidence(report)),
    fence('diff', describeDiff(files)),
  ].join('\n\n')
}

function describeEvidence({ checks, reproduction, criteria = [], notVerified }: VerificationReport): string {
  const lines = checks.map(({ id, line, before, after, added, fixed, flaky }) => {
    const word = (outcome: { passed: boolean }) => (outcome.passed ? 'passed' : 'failed')
    const unsteady = flaky.length > 0 ? `, ${flaky.length} flaky` : ''
    return `- ${id} (${line}): ${word(before)} before, ${word(after)} after; ${added.length} new, ${fixed.length} mended${unsteady}`
  })
  const { failsWithoutChange = [], passesWithoutChange = [], exitCodes = [] } = reproduction ?? {}
  return [
    ...lines,
    ...failsWithoutChange.map((name) => `- fails without the change, passes with it: ${name}`),
    ...passesWithoutChange.map((name) => `- new, and passes without the change, too: ${name}`),
    ...exitCodes.filter(({ shows }) => shows).map(({ line }) => `- fails without the change, passes with it: ${line}`),
    ...criteria.flatMap(({ shownBy, newTests }, at) => shownTests(`criterion ${at + 1}`, [...shownBy, ...newTests])),
    ...notVerified.map((line) => `- not verified: ${line}`),
  ].join('\n')
}

function shownTests(what: string, names: string[]): string[] {
  return names.length === 0 ? [] : [`- new tests for ${what}: ${names.join('; ')}`]
}
