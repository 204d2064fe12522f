// Stage 8 with people in it: what comes up while a plan is carried out may need their word, and the plan then grows by what they agreed to.
import { agreeOnCandidate, type Proposed } from '../plan/agree-on-plan.ts'
import type { Ended, RunContext } from '../run-context.ts'
import type { Candidate } from './candidate.ts'
import { executePlan, type Round } from './execute-plan.ts'

export interface Executed {
  /** With the plan as it was carried out in the end. */
  task: Proposed
  candidate: Candidate
}

/** A plan that grew is carried out anew, from where the round began: the coder is told of the whole plan at once. */
export async function executeAgreed(run: RunContext, task: Proposed, round: Round): Promise<Executed | Ended> {
  const candidate = await executePlan(run, task, round)
  const agreed = await agreeOnCandidate(run, task, candidate)
  if ('end' in agreed) return agreed
  if (agreed.plan === task.plan) return { task: agreed, candidate }
  await task.bench.workspace.apply(round.before?.candidate.patch ?? '')
  return executeAgreed(run, agreed, round)
}
