// What a plan hands over to the person who decides on it, or who carries it out by hand.
import type { Permitted } from '../policy/autonomy.ts'
import { pullRequestTitle } from '../render/pull-request-title.ts'
import type { StatusView } from '../render/status-view.ts'
import type { RunContext } from '../run-context.ts'
import type { TaskContract } from '../task/contract.ts'
import type { ImplementationPlan } from './plan.ts'
import type { PlannedTask } from './planned-task.ts'

type Analysis = NonNullable<StatusView['analysis']>

export async function analysisOf(
  run: RunContext,
  { plan, contract, policy, bench }: PlannedTask,
  { risk, reasons }: Permitted,
): Promise<Analysis> {
  const { title, source } = run.claimed.run.task
  const issue = { title, ...(source.kind === 'github_issue' && { number: source.number }) }
  const history = await bench.workspace.recentSubjects()
  return {
    summary: plan.summary,
    ...(plan.rootCause !== undefined && { rootCause: plan.rootCause }),
    changes: plan.modifications.map(({ path, kind, title: change, reason }) => ({ path, kind, title: change, reason })),
    risk,
    risks: [...reasons, ...plan.risks],
    checklist: checklistOf(plan, contract),
    title: pullRequestTitle(contract, issue, { template: policy.pullRequest.title, history }),
  }
}

/** What a reviewer of the change has to see, whoever makes it. */
function checklistOf(
  { modifications, removedTests }: ImplementationPlan,
  { acceptanceCriteria, taskType }: TaskContract,
): string[] {
  return [
    ...acceptanceCriteria,
    ...(taskType === 'bug_fix' ? ['A test fails without the change and passes with it.'] : []),
    ...removedTests.map(({ name, reason }) => `The test "${name}" may go: ${reason}`),
    ...(modifications.some(({ test }) => test) ? [] : ['The plan names no test: is the change covered?']),
    'Nothing is changed that the plan does not name.',
  ]
}
