// Beside the spine: a task that asks whether changes to the repository can be verified here. No model is asked, nothing is published.
import { repositoryTooLarge } from './policy/screen.ts'
import { readinessOf } from './prepare/measure-readiness.ts'
import type { ReadinessReport } from './render/readiness.ts'
import type { Outcome } from './run/outcome.ts'
import { recorded } from './run/stage-recorder.ts'
import type { RunContext } from './run-context.ts'
import { lookAtBase, type Screened } from './task/screen-stage.ts'

/** Under which the report is recorded. */
export const readinessKey = 'readiness'

/** Takes one claimed run to its report. Throws Faults for surprises only, as `runTask` does. */
export async function reportReadiness(run: RunContext): Promise<Outcome> {
  // Who asks, from where, and the policy there: as for a change. What the issue says is no matter.
  const looked = await lookAtBase(run)
  if ('end' in looked) return looked.end
  const decline = repositoryTooLarge(looked.facts, looked.policy)
  if (decline !== undefined) return { kind: 'declined', decline }

  // Installs and runs the commands; recorded, so that a crash before the last word does not measure again.
  const { repository, baseBranch: branch, baseCommit } = looked.facts
  const report = await recorded(run.claimed, { stage: readinessKey, input: inputOf(looked) }, async () => {
    const readiness = await readinessOf(run, looked)
    return { readiness, of: { repository, branch, baseCommit } } satisfies ReadinessReport
  })
  run.progress.report(report)
  return { kind: 'reported', verdict: report.readiness.verdict }
}

function inputOf({ facts: { baseCommit }, policy: { checks, sandbox } }: Screened): unknown {
  return { baseCommit, checks, sandbox }
}
