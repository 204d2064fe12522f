// Whether a plan may be carried out: rules first, then people where the rules ask for them. An approval is of one plan on one commit.
import type { Candidate } from '../execute/candidate.ts'
import type { Permitted } from '../policy/autonomy.ts'
import { decideOnPlan } from '../policy/gate-plan.ts'
import { hashOfQuestion, mostChoices } from '../run/answer-rules.ts'
import type { Escalation } from '../run/escalation.ts'
import type { Answer, Question } from '../run/question.ts'
import { type Ended, end, type RunContext } from '../run-context.ts'
import { amendedPlan } from './amend-plan.ts'
import { analysisOf } from './analysis.ts'
import type { ImplementationPlan } from './plan.ts'
import type { PlannedTask } from './planned-task.ts'
import { publicFilesOf } from './public-files.ts'
import { remarkOf } from './remarks.ts'

export interface Proposed extends PlannedTask {
  decision: Permitted
}

/** The task with a plan that may be carried out. */
export async function agreeOnPlan(run: RunContext, task: Proposed): Promise<Proposed | Ended> {
  const { plan, decision } = task
  if (plan.choice !== undefined && decision.mode !== 'analysis_only') return escalate(run, task, plan.choice)
  return agree(run, task, [])
}

/** The same task where nothing came up while it was carried out; the one with the longer plan where a person has agreed to that. */
export async function agreeOnCandidate(
  run: RunContext,
  task: Proposed,
  { amendments, stopped }: Candidate,
): Promise<Proposed | Ended> {
  if (stopped?.kind === 'question') return escalate(run, task, stopped.escalation)
  const all = stopped?.kind === 'approval' ? [...amendments, stopped.amendment] : amendments
  if (all.length === 0) return task
  const reasons = all.map(({ modification, reason }) => `Carrying it out needs ${modification.path}: ${reason}`)
  const agreed = await agree(run, { ...task, plan: amendedPlan(task.plan, all) }, reasons)
  return 'end' in agreed || stopped?.kind === 'approval' ? agreed : task
}

async function agree(run: RunContext, task: Proposed, amended: string[]): Promise<Proposed | Ended> {
  const { plan, contract, policy, decision, bench } = task
  // Where the plan is carried out already, what it deletes is gone; that it was there was asked before.
  const knownFiles = new Set([...(await bench.workspace.files()), ...(amended.length > 0 ? existing(plan) : [])])
  const publicFiles = await publicFilesOf(bench.workspace, knownFiles)
  const decided = decideOnPlan(plan, contract, { policy, decision, knownFiles, publicFiles })
  await run.claimed.event('plan_decision', { decision: decided })
  if (decided.kind === 'declined') return end({ kind: 'declined', decline: decided.decline })
  if (decided.mode === 'analysis_only') {
    run.progress.analyse(await analysisOf(run, task, decided))
    return end({ kind: 'plan_only', reason: decided.reasons.join(' ') })
  }
  if (decided.kind === 'allowed') return task
  const question = approvalOf(run, task, [...amended, ...decided.approvals])
  const approval = run.claimed.answers.find(({ said }) => said.kind === 'approve' && said.hash === question.hash)
  if (approval === undefined) return ask(run, task, { question, decided })
  run.progress.note(`The plan ${question.hash} was approved by ${approval.by}.`)
  return { ...task, approved: true }
}

function existing({ modifications }: ImplementationPlan): string[] {
  return modifications.filter(({ kind }) => kind !== 'create').map(({ path }) => path)
}

function approvalOf(run: RunContext, { plan, contract }: Proposed, reasons: string[]): Question {
  const { baseCommit } = contract
  const before = run.claimed.answers.findLast(({ said }) => said.kind === 'approve')
  return {
    kind: 'approval',
    hash: hashOfQuestion({ plan, baseCommit, said: remarksOf(run) }),
    baseCommit,
    plan,
    reasons: [...(before === undefined ? [] : [outdated(before, baseCommit)]), ...reasons],
  }
}

function outdated({ question, by }: Answer, baseCommit: string): string {
  return question.baseCommit === baseCommit
    ? `It is another plan than the one that ${by} approved (${question.hash}).`
    : `The base has moved since ${by} approved the plan ${question.hash}, so it was planned again from where the base is now.`
}

/** With what people said, so that a plan that comes out the same after a remark is another question. */
function remarksOf({ claimed }: RunContext): string[] {
  return claimed.answers.flatMap((answer) => remarkOf(answer) ?? [])
}

async function escalate(run: RunContext, task: Proposed, escalation: Escalation): Promise<Ended> {
  const { plan, contract, decision } = task
  const { reason, evidence, options } = escalation
  const asked = run.claimed.answers.filter(({ question }) => question.kind === 'choice').length
  if (asked >= mostChoices) {
    const left = [`After ${asked} decisions another one is needed: ${reason}`, ...evidence, ...options]
    return end({ kind: 'declined', decline: { code: 'ambiguous', evidence: left } })
  }
  const { baseCommit } = contract
  const hash = hashOfQuestion({ escalation, plan, baseCommit, said: remarksOf(run) })
  const question: Question = { kind: 'choice', hash, baseCommit, plan, escalation }
  return ask(run, task, { question, decided: decision })
}

async function ask(
  run: RunContext,
  task: Proposed,
  { question, decided }: { question: Question; decided: Permitted },
): Promise<Ended> {
  run.progress.analyse(await analysisOf(run, task, decided))
  return end({ kind: 'waiting', question })
}
