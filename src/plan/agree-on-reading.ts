// An issue that can be meant in several ways is no reason to decline where the ways can be named: people say which it is.
import { gate } from '../policy/gate.ts'
import { hashOfQuestion } from '../run/answer-rules.ts'
import type { Escalation } from '../run/escalation.ts'
import type { Answer, Waiting } from '../run/question.ts'
import { type Ended, end, type RunContext } from '../run-context.ts'
import type { TaskContract } from '../task/contract.ts'
import { normalizeTask } from '../task/normalize-stage.ts'
import type { Screened } from '../task/screen-stage.ts'
import { remarkOf } from './remarks.ts'

/** The contract as it is meant; asks at most once in a run. */
export async function agreeOnReading(run: RunContext, screened: Screened): Promise<TaskContract | Ended> {
  const read = await normalizeTask(run, screened)
  if ('end' in read) return read
  const { contract, readings } = read
  if (readings === undefined) return contract
  const answer = run.claimed.answers.find(({ question }) => question.kind === 'choice' && question.about === 'issue')
  if (answer !== undefined) return asSaid(run, screened, { contract, answer })
  return isWorthAsking(contract, screened) ? end(whichReading(contract, readings)) : contract
}

/** The contract is for the reading that was recommended; any other answer is a reason to read the issue once more. */
async function asSaid(
  run: RunContext,
  screened: Screened,
  { contract, answer }: { contract: TaskContract; answer: Answer },
): Promise<TaskContract | Ended> {
  const { question, said } = answer
  const recommended = question.kind === 'choice' ? question.escalation.recommended : undefined
  if (said.kind === 'choose' && said.option === recommended) return contract
  const again = await normalizeTask(run, screened, remarkOf(answer))
  return 'end' in again ? again : again.contract
}

/** Nobody is asked about what the rules decline whatever it means, or about a plan that people only read. */
function isWorthAsking(contract: TaskContract, { policy, facts }: Screened): boolean {
  const decision = gate(contract, policy, facts)
  return decision.kind !== 'declined' && decision.mode !== 'analysis_only'
}

function whichReading({ baseCommit }: TaskContract, escalation: Escalation): Waiting {
  const hash = hashOfQuestion({ reading: escalation, baseCommit })
  return { kind: 'waiting', question: { kind: 'choice', about: 'issue', hash, baseCommit, escalation } }
}
