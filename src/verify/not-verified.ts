// What verification does not show, one line each, for whoever reviews the change.
import type { PlannedTask } from '../plan/planned-task.ts'
import type { CriterionEvidence } from './criteria-evidence.ts'
import { type CheckComparison, couldRun, type ReproductionEvidence, showsDefect } from './report.ts'

export interface Shown {
  checks: CheckComparison[]
  criteria: CriterionEvidence[]
  /** A defect is mended, and nothing shows that. */
  undemonstrated: boolean
}

export function notVerified(
  { plan }: Pick<PlannedTask, 'plan'>,
  { checks, criteria, undemonstrated }: Shown,
): string[] {
  return [
    ...nameless(checks),
    ...redBefore(checks),
    ...(undemonstrated ? ['nothing was run that fails without the change and passes with it'] : []),
    ...withoutTests(criteria),
    ...(plan.withoutTest === undefined ? [] : [`what no test can show, as the plan says: ${plan.withoutTest}`]),
  ]
}

/** Where tests cannot be told apart, a defect may be mended without a proof: people should know. */
export function isDemonstrated(
  { contract }: Pick<PlannedTask, 'contract'>,
  reproduction: ReproductionEvidence | undefined,
): boolean {
  return contract.taskType !== 'bug_fix' || (reproduction !== undefined && showsDefect(reproduction))
}

function nameless(checks: CheckComparison[]): string[] {
  return checks
    .filter(({ name, after }) => name === 'test' && after.counts === undefined)
    .map(({ id, line }) => `${id} (${line}) names no tests: only its exit code was compared`)
}

function redBefore(checks: CheckComparison[]): string[] {
  return checks
    .filter(({ before, after }) => !before.passed && !after.passed)
    .map(({ id, findings, before, after }) => {
      if (!couldRun(before) && !couldRun(after)) return `${id} cannot be run here`
      const compared = findings?.added.length === 0 ? `; of what it finds, nothing is new` : ''
      return `${id} failed before the change and still fails${compared}`
    })
}

/** That the plan names a test is not that there is one. */
function withoutTests(criteria: CriterionEvidence[]): string[] {
  return criteria
    .filter(({ shownBy, newTests }) => shownBy.length + newTests.length === 0)
    .map(({ criterion }) => `no new test shows this: ${criterion}`)
}
