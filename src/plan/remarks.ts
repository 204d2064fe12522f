// What people said: it counts as part of the contract. Of the issue and of plans for the planner, the coder and the reviewer alike; of the work, for those after the plan.
import type { Answer } from '../run/question.ts'
import type { TaskContract } from '../task/contract.ts'
import { mentionedIdentifiers, mentionedPaths } from '../task/mentions.ts'
import { fence } from './describe-task.ts'
import type { ImplementationPlan } from './plan.ts'

/** Without remarks on plans the contract as it is, so that nothing recorded for it is done again. */
export function withRemarks(contract: TaskContract, answers: readonly Answer[]): TaskContract {
  const remarks = remarksOn(answers)
  if (remarks.length === 0) return contract
  const terms = remarks.flatMap((remark) => [...mentionedPaths(remark), ...mentionedIdentifiers(remark)])
  return {
    ...contract,
    constraints: [...contract.constraints, ...remarks],
    searchTerms: [...new Set([...contract.searchTerms, ...terms])],
  }
}

/** One sentence; undefined for an approval, which adds nothing. */
export function remarkOf({ question, said }: Answer, who = 'A maintainer'): string | undefined {
  const asked = question.kind === 'choice' ? question.escalation : undefined
  switch (said.kind) {
    case 'approve':
      return undefined
    case 'choose':
      return asked && `${asked.reason} ${who} chose: ${asked.options[said.option - 1]}`
    case 'revise':
      return asked ? `${asked.reason} ${who} says: ${said.text}` : `${who} says of the plan: ${said.text}`
  }
}

/** What was said of the issue and of plans, in order. */
export function remarksOn(answers: readonly Answer[]): string[] {
  return answers.filter(isOnPlan).flatMap((answer) => remarkOf(answer) ?? [])
}

/** The plan that the last remark is about; undefined where there is none. */
export function remarkedPlan(answers: readonly Answer[]): ImplementationPlan | undefined {
  const last = answers.findLast((answer) => isOnPlan(answer) && remarkOf(answer) !== undefined)?.question
  return last !== undefined && 'plan' in last ? last.plan : undefined
}

/** Whoever plans has to know it. */
function isOnPlan({ question }: Answer): boolean {
  return question.kind === 'approval' || question.about !== 'work'
}

export function describeRemarkedPlan({
  summary,
  rootCause,
  modifications,
  removedTests,
  risks,
}: ImplementationPlan): string {
  const lines = [
    summary,
    ...(rootCause === undefined ? [] : [`Cause: ${rootCause}`]),
    ...modifications.map(({ kind, path, title, reason }) => `- ${kind} ${path}: ${title}. ${reason}`),
    ...removedTests.map(({ name, reason }) => `- the test "${name}" may go: ${reason}`),
    ...risks.map((risk) => `- risk: ${risk}`),
  ]
  return [
    fence('earlier-plan', lines.join('\n')),
    'A maintainer has answered this plan: see the last constraints of the contract. Propose it anew accordingly.',
  ].join('\n')
}
