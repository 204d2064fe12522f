import { type CheckOutcome, couldRun } from '../verify/report.ts'

/** What one run of a check said: `1 failed, 12 passed`, `passes`, `fails (exit code 2)`, `cannot be run here`. */
export function outcomeWords({ counts, passed, timedOut, exitCode }: CheckOutcome): string {
  if (timedOut) return 'timed out'
  if (counts === undefined && !couldRun({ exitCode })) return 'cannot be run here'
  if (counts === undefined) return passed ? 'passes' : `fails (exit code ${exitCode ?? 'none'})`
  const { passed: good, failed, skipped } = counts
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${good} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return parts.join(', ')
}
