// Whether a plan may be carried out: rules first, then people where the rules ask for them. An approval is of one plan on one commit.
import type { Permitted } from '../policy/autonomy.ts'
import { decideOnPlan } from '../policy/gate-plan.ts'
import { hashOfQuestion, mostChoices } from '../run/answer-rules.ts'
import type { Answer, Approval, Choice, Question } from '../run/question.ts'
import { type Ended, end, type RunContext } from '../run-context.ts'
import { type Amendment, amendedPlan } from './amend-plan.ts'
import { analysisOf } from './analysis.ts'
import type { ImplementationPlan } from './plan.ts'
import type { PlannedTask } from './planned-task.ts'
import { publicFilesOf } from './public-files.ts'
import { remarkOf, remarksOn } from './remarks.ts'
import { untestedPaths } from './untested-paths.ts'

export interface Proposed extends PlannedTask {
  decision: Permitted
}

/** The task with a plan that may be carried out. */
export async function agreeOnPlan(run: RunContext, task: Proposed): Promise<Proposed | Ended> {
  const { plan, contract, decision } = task
  for (const answer of run.claimed.answers) noteRemark(run, answer)
  if (plan.choice === undefined || decision.mode === 'analysis_only') return agree(run, task, [])
  const { baseCommit } = contract
  const hash = hashOfQuestion({ choice: plan.choice, plan, baseCommit, said: remarksOn(run.claimed.answers) })
  return escalate(run, task, { kind: 'choice', about: 'plan', hash, baseCommit, plan, escalation: plan.choice })
}

/** What carrying the plan out needs beside it: the task with the longer plan, where no rule or a person has agreed to that. */
export async function agreeOnAmendments(
  run: RunContext,
  task: Proposed,
  amendments: Amendment[],
): Promise<Proposed | Ended> {
  const reasons = amendments.map(({ modification, reason }) => `Carrying it out needs ${modification.path}: ${reason}`)
  return agree(run, { ...task, plan: amendedPlan(task.plan, amendments) }, reasons)
}

/** Asks people to decide, so many times in a run; after that the issue has to say more. */
export async function escalate(run: RunContext, task: Proposed, question: Choice): Promise<Ended> {
  const { reason, evidence, options } = question.escalation
  const asked = run.claimed.answers.filter(({ question: before }) => before.kind === 'choice').length
  if (asked < mostChoices) return ask(run, task, question)
  const left = [`After ${asked} decisions another one is needed: ${reason}`, ...evidence, ...options]
  return end({ kind: 'declined', decline: { code: 'ambiguous', evidence: left } })
}

async function agree(run: RunContext, task: Proposed, amended: string[]): Promise<Proposed | Ended> {
  const { plan, contract, policy, bench } = task
  // Where the plan is carried out already, what it deletes is gone; that it was there was asked before.
  const knownFiles = new Set([...(await bench.workspace.files()), ...(amended.length > 0 ? existing(plan) : [])])
  const publicFiles = await publicFilesOf(bench.workspace, knownFiles)
  const untested = await untestedPaths(plan, contract, bench)
  const ceilings = run.ceilings.limits
  const facts = { policy, decision: task.decision, knownFiles, ceilings, publicFiles, untested }
  const decision = decideOnPlan(plan, contract, facts)
  await run.claimed.event('plan_decision', { decision })
  if (decision.kind === 'declined') return end({ kind: 'declined', decline: decision.decline })
  if (decision.mode === 'analysis_only') {
    run.progress.analyse(await analysisOf(run, task, decision))
    return end({ kind: 'plan_only', reason: decision.reasons.join(' ') })
  }
  if (decision.kind === 'allowed') return { ...task, decision }
  const question = approvalOf(run, task, [...amended, ...decision.approvals])
  const approval = run.claimed.answers.find(({ said }) => said.kind === 'approve' && said.hash === question.hash)
  if (approval === undefined) return ask(run, { ...task, decision }, question)
  run.progress.note(`The plan ${question.hash} was approved by ${approval.by}.`)
  return { ...task, decision, approved: true }
}

/** Whoever reviews the change has to know what was said meanwhile. */
function noteRemark(run: RunContext, answer: Answer): void {
  const remark = remarkOf(answer, answer.by)
  if (remark !== undefined) run.progress.note(remark)
}

function existing({ modifications }: ImplementationPlan): string[] {
  return modifications.filter(({ kind }) => kind !== 'create').map(({ path }) => path)
}

/** With what people said, so that a plan that comes out the same after a remark is another question. */
function approvalOf(run: RunContext, { plan, contract }: Proposed, reasons: string[]): Approval {
  const { baseCommit } = contract
  const { answers } = run.claimed
  const before = answers.findLast(({ said }) => said.kind === 'approve')
  return {
    kind: 'approval',
    hash: hashOfQuestion({ plan, baseCommit, said: remarksOn(answers) }),
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

async function ask(run: RunContext, task: Proposed, question: Question): Promise<Ended> {
  run.progress.analyse(await analysisOf(run, task, task.decision))
  return end({ kind: 'waiting', question })
}
