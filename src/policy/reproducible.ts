// A defect has to be seen before it can be mended: by a check of the base commit, or by a test that fails on it.
import type { TaskType } from '../task/contract.ts'
import type { Decline } from './decline.ts'

/** What was tried to see a defect on the base commit. */
export interface ReproductionAttempts {
  taskType: TaskType
  /** A test that failed at the baseline passes with the change, or a new test fails without it. */
  seen: boolean
  /** What the checks said of the base commit: `npm test: 42 tests pass, none fails`. */
  baseline: string[]
  /** Tests that were written to show the defect and pass without the change, by name, by file or by command. */
  passing: string[]
}

const mostNamed = 5

/** Undefined where the defect was seen, where nothing was tried, and for tasks that mend no defect. */
export function notReproducible({ taskType, seen, baseline, passing }: ReproductionAttempts): Decline | undefined {
  const tried = [...new Set(passing)]
  if (taskType !== 'bug_fix' || seen || tried.length === 0) return undefined
  const more = tried.length > mostNamed ? [`And ${tried.length - mostNamed} more that pass without a change.`] : []
  return {
    code: 'not_reproducible',
    evidence: [
      ...baseline.map((line) => `On the base commit, ${line}.`),
      ...tried
        .slice(0, mostNamed)
        .map((name) => `Written to show the defect, but passes without a change, too: ${name}`),
      ...more,
    ],
  }
}
