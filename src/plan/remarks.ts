// What people said about earlier plans: it counts as part of the contract, for the planner, the coder and the reviewer alike.
import type { Answer } from '../run/question.ts'
import type { TaskContract } from '../task/contract.ts'
import { mentionedIdentifiers, mentionedPaths } from '../task/mentions.ts'
import { fence } from './describe-task.ts'
import type { ImplementationPlan } from './plan.ts'

/** Without remarks the contract as it is, so that nothing recorded for it is done again. */
export function withRemarks(contract: TaskContract, answers: readonly Answer[]): TaskContract {
  const remarks = answers.flatMap((answer) => remarkOf(answer) ?? [])
  if (remarks.length === 0) return contract
  const terms = remarks.flatMap((remark) => [...mentionedPaths(remark), ...mentionedIdentifiers(remark)])
  return {
    ...contract,
    constraints: [...contract.constraints, ...remarks],
    searchTerms: [...new Set([...contract.searchTerms, ...terms])],
  }
}

/** Undefined for an approval, which changes nothing. */
export function remarkOf({ question, said }: Answer): string | undefined {
  if (said.kind === 'revise') return `A maintainer says of the plan: ${said.text}`
  if (said.kind === 'approve' || question.kind !== 'choice') return undefined
  const { reason, options } = question.escalation
  return `${reason} A maintainer chose: ${options[said.option - 1]}`
}

/** The plan that the last remark is about; undefined where there is none. */
export function remarkedPlan(answers: readonly Answer[]): ImplementationPlan | undefined {
  return answers.findLast((answer) => remarkOf(answer) !== undefined)?.question.plan
}

export function describeRemarkedPlan({ summary, modifications }: ImplementationPlan): string {
  const lines = modifications.map(({ kind, path, title, reason }) => `- ${kind} ${path}: ${title}. ${reason}`)
  return [
    fence('earlier-plan', [summary, ...lines].join('\n')),
    'A maintainer has answered this plan: see the last constraints of the contract. Propose it anew accordingly.',
  ].join('\n')
}
