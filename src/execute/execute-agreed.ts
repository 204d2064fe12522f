// Stage 8 with people in it: work that stopped for their word goes on with it, and the plan grows by what they agreed to.
import { agreeOnAmendments, escalate, type Proposed } from '../plan/agree-on-plan.ts'
import { remarkOf } from '../plan/remarks.ts'
import { hashOfQuestion } from '../run/answer-rules.ts'
import type { Choice } from '../run/question.ts'
import type { Ended, RunContext } from '../run-context.ts'
import type { Candidate, Stopped } from './candidate.ts'
import { executePlan, type Round } from './execute-plan.ts'

export interface Executed {
  /** As it was carried out in the end: with a longer plan, or with a decision among its constraints. */
  task: Proposed
  candidate: Candidate
}

/** Nothing that was made before a question is made again. */
export async function executeAgreed(run: RunContext, task: Proposed, round: Round): Promise<Executed | Ended> {
  const candidate = await executePlan(run, task, round)
  const said = await wordOf(run, task, candidate)
  if ('end' in said) return said
  // Who asks the same again after the answer came would ask for ever: the work is taken as it is.
  if (said.answer === undefined || said.answer === round.resumed?.answer) return { task: said.task, candidate }
  return executeAgreed(run, said.task, { ...round, resumed: { candidate, answer: said.answer } })
}

interface Word {
  task: Proposed
  /** Undefined where the work did not stop for one. */
  answer?: string
}

async function wordOf(run: RunContext, task: Proposed, { amendments, stopped }: Candidate): Promise<Word | Ended> {
  if (stopped?.kind === 'question') return decisionOn(run, task, stopped)
  const all = stopped?.kind === 'approval' ? [...amendments, stopped.amendment] : amendments
  if (all.length === 0) return { task }
  const agreed = await agreeOnAmendments(run, task, all)
  if ('end' in agreed) return agreed
  if (stopped?.kind !== 'approval') return { task }
  return { task: agreed, answer: `${stopped.amendment.modification.path} is part of the plan now.` }
}

/** By its words alone: a decision holds wherever the base is. */
async function decisionOn(
  run: RunContext,
  task: Proposed,
  { escalation }: Extract<Stopped, { kind: 'question' }>,
): Promise<Word | Ended> {
  const { plan, contract } = task
  const { baseCommit } = contract
  const hash = hashOfQuestion({ escalation })
  const question: Choice = { kind: 'choice', about: 'work', hash, baseCommit, plan, escalation }
  const answered = run.claimed.answers.find((given) => given.question.hash === hash)
  const answer = answered && remarkOf(answered)
  if (answer === undefined) return escalate(run, task, question)
  const constraints = [...contract.constraints.filter((constraint) => constraint !== answer), answer]
  return { task: { ...task, contract: { ...contract, constraints } }, answer }
}
