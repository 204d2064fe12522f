// Stage 7: the model proposes a plan, rules send it back until it stands, and the gate decides whether it may be carried out.
import { createLookTools } from '../agent/look-tools.ts'
import { type LoopStop, runLoop, say } from '../agent/loop.ts'
import { loadPrompt } from '../agent/prompt.ts'
import { defineTool, failed, type Tool } from '../agent/tools.ts'
import type { WorkTree } from '../agent/work-tree.ts'
import type { Message } from '../model/model.ts'
import { mayChange } from '../policy/paths.ts'
import { testsToWriteFirst } from '../policy/thin-tests.ts'
import type { Outcome } from '../run/outcome.ts'
import { type Ended, end, type RunContext, stage } from '../run-context.ts'
import { ledgerJournal } from '../trace/ledger-journal.ts'
import { traceLoop } from '../trace/trace-loop.ts'
import { checkPlan, orderModifications, type PlanRules } from './check-plan.ts'
import { describeLimits } from './describe-limits.ts'
import { describeContract, describePacket, describeRepository } from './describe-task.ts'
import { type ImplementationPlan, implementationPlan, type ProposedPlan } from './plan.ts'
import type { PlannedTask } from './planned-task.ts'
import { describeRemarkedPlan, remarkedPlan } from './remarks.ts'
import { untestedPaths } from './untested-paths.ts'

type Unplanned = Omit<PlannedTask, 'plan'>

/** What the planner came to; recorded. */
type Planned = { plan: ImplementationPlan } | { end: Outcome }

const system = loadPrompt(new URL('./plan.md', import.meta.url))

/** A plan that every rule on its form lets pass, or why there is none. Throws what the model throws, a spent budget excepted. */
export async function planChange(run: RunContext, task: Unplanned): Promise<ImplementationPlan | Ended<Outcome>> {
  // A plan of which people said something is shown to the planner again; what they said stands in the contract.
  const remarked = remarkedPlan(run.claimed.answers)
  const planned = await stage(run, 'plan', {
    input: { contract: task.contract, packet: task.packet, ...(remarked && { remarked }) },
    work: () => propose(run, task, remarked),
    note: (value) => ('plan' in value ? counted(value.plan.modifications.length, 'file') : undefined),
  })
  if ('end' in planned) return planned
  const { plan } = planned
  await run.progress.planned(plan.modifications.map(({ title, path }) => ({ title, path, status: 'pending' })))
  return plan
}

export interface PlannerRules extends PlanRules {
  isTest(path: string): boolean
  /** What is missing where no test is near the code that the plan changes; absent: nothing. */
  testsToWrite?(plan: ImplementationPlan): Promise<string[]>
}

/** Looks at the tree and proposes; nothing is written. */
export function createPlannerTools(tree: WorkTree, rules: PlannerRules): Tool<ImplementationPlan>[] {
  return [...createLookTools(tree), proposeTool(rules)]
}

async function propose(run: RunContext, task: Unplanned, remarked: ImplementationPlan | undefined): Promise<Planned> {
  const { contract, policy, bench } = task
  const knownFiles = new Set(await bench.workspace.files())
  const tests = testsAskedFor(task)
  const rules: PlannerRules = {
    knownFiles,
    mayWrite: (path) => mayChange(path, contract, policy),
    isTest: bench.isTest,
    ...(tests && { tests }),
    testsToWrite: async (plan) =>
      testsToWriteFirst(plan, contract, { policy, untested: await untestedPaths(plan, contract, bench) }),
  }
  const tools = createPlannerTools(bench.tree, rules)
  const trace = traceLoop(run, 'planner')
  const ask = (messages: Message[]) =>
    runLoop<ImplementationPlan>({
      model: run.model(policy),
      role: 'planner',
      system,
      tools,
      messages,
      limits: { turns: Math.min(20, policy.limits.turns), toolCalls: policy.limits.toolCalls },
      journal: ledgerJournal(run.claimed, contract.baseCommit),
      signal: AbortSignal.any([run.signal, run.deadline]),
      onEvent: trace.onEvent,
    })
  const first = await ask([{ role: 'user', content: [{ type: 'text', text: firstMessage(task, remarked) }] }])
  const asked =
    first.stop === 'done' && first.ending === undefined
      ? await ask(say(first.messages, 'Call propose_plan with the plan.'))
      : first
  await trace.flushed()
  run.signal.throwIfAborted()
  if (asked.ending === undefined)
    return end(withoutPlan(run.deadline.aborted ? 'deadline' : asked.stop, asked.finalText))
  return {
    plan: {
      ...asked.ending,
      modifications: orderModifications(asked.ending.modifications) ?? asked.ending.modifications,
    },
  }
}

function proposeTool(rules: PlannerRules): Tool<ImplementationPlan> {
  return defineTool<ProposedPlan, ImplementationPlan>({
    name: 'propose_plan',
    description: 'Proposes the plan. Answers what the rules refuse; then propose again.',
    kind: 'effect',
    input: implementationPlan,
    run: async (proposed) => {
      const plan = completed(proposed, rules)
      const problems = [...(plan.feasible ? checkPlan(plan, rules) : []), ...choiceProblems(plan)]
      if (plan.feasible && problems.length === 0) problems.push(...((await rules.testsToWrite?.(plan)) ?? []))
      return problems.length > 0 ? failed(problems.join('\n')) : { text: 'The plan stands.', end: plan }
    },
  })
}

/** What the planner need not say: which files are tests the toolchain knows, and what no test can show is a risk. */
function completed(
  { modifications, withoutTest, ...plan }: ProposedPlan,
  { isTest }: PlannerRules,
): ImplementationPlan {
  return {
    ...plan,
    ...(withoutTest !== undefined && { withoutTest }),
    risks: [...plan.risks, ...(withoutTest === undefined ? [] : [`Without a test: ${withoutTest}`])],
    modifications: modifications.map((modification) => ({ ...modification, test: isTest(modification.path) })),
  }
}

/** Undefined where nothing could run them, or where a test fails already that may show the defect. */
function testsAskedFor({ contract, bench }: Unplanned): PlanRules['tests'] {
  const { taskType, acceptanceCriteria } = contract
  if (!bench.snapshot.checks.some(({ name }) => name === 'test')) return undefined
  const red = bench.baseline.checks.some(({ tests = [] }) => tests.some(({ status }) => status === 'failed'))
  if (taskType !== 'feature' && (taskType !== 'bug_fix' || red)) return undefined
  return { criteria: acceptanceCriteria.length, each: taskType === 'feature' }
}

function choiceProblems({ choice }: ImplementationPlan): string[] {
  if (choice === undefined || choice.recommended <= choice.options.length) return []
  return [`choice.recommended is ${choice.recommended}, and there are ${choice.options.length} options.`]
}

function firstMessage(
  { contract, policy, bench, packet }: Unplanned,
  remarked: ImplementationPlan | undefined,
): string {
  const paths = packet.files.map(({ path }) => path)
  return [
    describeContract(contract),
    describeRepository(bench, paths),
    describeLimits(contract, policy),
    describePacket(packet),
    ...(remarked ? [describeRemarkedPlan(remarked)] : []),
  ].join('\n\n')
}

function withoutPlan(stop: LoopStop | 'deadline', finalText: string): Outcome {
  const limit = limits[stop]
  if (limit !== undefined) return { kind: 'failed', code: limit.code, reason: limit.reason, mend: limit.mend }
  return {
    kind: 'declined',
    decline: {
      code: 'not_feasible',
      evidence: [finalText.slice(0, 500) || `The planner ended without a plan (${stop}).`],
    },
  }
}

const askAgain = 'Start the run again; where it happens twice, another model for `models.planner` helps.'

/** What ended the planning says nothing about the issue. */
const limits: Partial<Record<LoopStop | 'deadline', { code: string; reason: string; mend: string }>> = {
  budget_spent: {
    code: 'budget_spent',
    reason: 'The budget was spent before there was a plan.',
    mend: 'Raise `limits.usd` or `limits.tokens` in the policy, or make the issue narrower.',
  },
  deadline: {
    code: 'deadline',
    reason: 'The time was over before there was a plan.',
    mend: 'Raise `limits.minutes` in the policy, or make the issue narrower.',
  },
  turns: {
    code: 'turns',
    reason: 'The planner used all its turns before there was a plan.',
    mend: 'Raise `limits.turns` in the policy, or make the issue narrower.',
  },
  tool_calls: {
    code: 'turns',
    reason: 'The planner used all its tool calls before there was a plan.',
    mend: 'Raise `limits.toolCalls` in the policy, or make the issue narrower.',
  },
  repeated: { code: 'planner_stuck', reason: 'The planner repeated the same call.', mend: askAgain },
  refused: { code: 'model_refused', reason: 'The model refused to plan this.', mend: askAgain },
  reply_cut: { code: 'model_reply_cut', reason: 'The replies of the planner were too long.', mend: askAgain },
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
