// Stage 8: the coder carries the plan out, one modification at a time; rules hold at every write and checks decide what stands.
import { type LoopResult, runLoop, say } from '../agent/loop.ts'
import { loadPrompt } from '../agent/prompt.ts'
import { Fault } from '../errors.ts'
import type { Message } from '../model/model.ts'
import { describeContract, describeFile, describePart, describeRepository, fence } from '../plan/describe-task.ts'
import type { ImplementationPlan, Modification } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { type RunContext, stage } from '../run-context.ts'
import { ledgerJournal } from '../trace/ledger-journal.ts'
import { traceLoop } from '../trace/trace-loop.ts'
import { feedbackFor, type Proof } from '../verify/feedback.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Candidate, ModificationResult } from './candidate.ts'
import { tellModification, type Work } from './close-modification.ts'
import { type CoderEnding, createCoderTools } from './coder-tools.ts'
import { plannedTree } from './planned-tree.ts'
import { describeModification, openWorkState, plannedPaths } from './work-state.ts'

const system = loadPrompt(new URL('./execute.md', import.meta.url))

export interface Round {
  round: number
  /** What the round before came to; undefined in the first. */
  before: Proof | undefined
}

/** The work tree equals the candidate's tree afterwards, also where the candidate came from the record. */
export async function executePlan(run: RunContext, task: PlannedTask, { round, before }: Round): Promise<Candidate> {
  const feedback = before && feedbackFor(before)
  const candidate = await stage(run, 'execute', {
    round,
    input: { plan: task.plan, feedback: feedback ?? null },
    work: () => execute(run, task, { round, before, feedback }),
    note: describe,
    failed: ({ stopped, results }) => stopped !== undefined || results.some(({ status }) => status !== 'done'),
  })
  await arriveAt(task, candidate)
  await tellResults(run, task.plan, candidate.results)
  return candidate
}

/** Throws a `defect` where the recorded patch does not give the recorded tree: nothing that follows would hold for it. */
async function arriveAt({ bench: { workspace }, plan }: PlannedTask, candidate: Candidate): Promise<void> {
  const { treeSha, patch } = candidate
  if ((await plannedTree(workspace, plannedPaths(plan, candidate))) === treeSha) return
  const arrived = await workspace.apply(patch)
  if (arrived === treeSha) return
  throw new Fault('defect', 'tree_differs', 'The recorded patch does not give the tree that was recorded with it.', {
    data: { treeSha, arrived },
  })
}

/** Said once more at the end: after a crash the record answers, and nothing was told on the way. */
async function tellResults(run: RunContext, plan: ImplementationPlan, results: ModificationResult[]): Promise<void> {
  for (const { modification, status } of results) await tellModification(run, plan, { id: modification.id, status })
}

async function execute(
  run: RunContext,
  task: PlannedTask,
  { round, before, feedback }: Round & { feedback: string | undefined },
): Promise<Candidate> {
  const { workspace } = task.bench
  if (before) await arriveAt(task, before.candidate)
  const { amendments = [], changedTests = [], turns = 0, toolCalls = 0, conversation = [] } = before?.candidate ?? {}
  const modifications = feedback === undefined ? task.plan.modifications : [repairOf(round)]
  const lastGood = await plannedTree(workspace, plannedPaths(task.plan, { amendments }))
  const state = openWorkState(modifications, { round, lastGood, amendments, changedTests })
  const work = { run, task, state }
  if (feedback === undefined) await run.progress.modification(0, 'running')
  const messages =
    feedback === undefined ? await firstMessages(work) : say(conversation, `${feedback}\n\nMend it and call done.`)
  const { turns: most, toolCalls: mostCalls } = task.policy.limits
  const result = await loop(work, {
    messages,
    limits: { turns: Math.max(0, most - turns), toolCalls: Math.max(0, mostCalls - toolCalls) },
  })
  run.signal.throwIfAborted()
  const stopped = stoppedBy(run, result)
  if (stopped) await workspace.restore(state.lastGood)
  state.queue.stop(stopped?.reason ?? 'the coder ended', state.lastGood)
  return candidateOf(work, { result, before, stopped })
}

/** In a later round the plan is done; what verification found is one more modification, of any planned file. */
function repairOf(round: number): Modification {
  return {
    id: `round-${round + 1}`,
    path: '',
    kind: 'modify',
    title: 'Mend what verification found',
    reason: 'it does not stand',
    dependsOn: [],
    test: false,
    estimatedLines: 0,
  }
}

interface Conversation {
  messages: Message[]
  limits: { turns: number; toolCalls: number }
}

/** A reply without a call counts as a question what to do; it is answered once. */
async function loop(work: Work, { messages, limits }: Conversation): Promise<LoopResult<CoderEnding>> {
  const { run, task } = work
  const trace = traceLoop(run, 'coder')
  const ask = (said: Message[], left: Conversation['limits']) =>
    runLoop<CoderEnding>({
      model: run.model(task.policy),
      role: 'coder',
      system,
      tools: createCoderTools(work),
      messages: said,
      limits: left,
      journal: ledgerJournal(run.claimed),
      signal: AbortSignal.any([run.signal, run.deadline]),
      onEvent: trace.onEvent,
    })
  let result = await ask(messages, limits)
  if (result.stop === 'done' && result.ending === undefined && work.state.queue.current) {
    const { turns, toolCallCount } = result
    const again = await ask(
      say(result.messages, 'Call done when the modification is complete, or stop and say why it cannot be.'),
      { turns: limits.turns - turns, toolCalls: limits.toolCalls - toolCallCount },
    )
    result = { ...again, turns: turns + again.turns, toolCallCount: toolCallCount + again.toolCallCount }
  }
  await trace.flushed()
  return result
}

async function firstMessages({ task, state }: Work): Promise<Message[]> {
  const { contract, bench, plan } = task
  const { current } = state.queue
  const text = [
    describeContract(contract),
    describeRepository(bench.snapshot),
    fence('plan', [plan.summary, ...plan.modifications.map(describeModification)].join('\n')),
    ...(await plannedFiles(task)),
    current ? `Begin with ${describeModification(current)}` : '',
  ].join('\n\n')
  return [{ role: 'user', content: [{ type: 'text', text }] }]
}

/** Longest file that is shown whole before it is asked for, in characters. */
const longestShown = 24_000

/** As the model may see them: not where they hold credentials. Of a long file the parts that the search found. */
async function plannedFiles({ plan, bench, packet }: PlannedTask): Promise<string[]> {
  const shown: string[] = []
  for (const { path, kind } of plan.modifications) {
    const read = kind === 'create' ? undefined : await bench.tree.readText(path)
    if (read?.kind !== 'text') continue
    const found = packet.files.find((file) => file.path === path)
    if (read.text.length <= longestShown) shown.push(describeFile(path, read.text))
    else if (found !== undefined) shown.push(describePart(found))
  }
  return shown
}

function stoppedBy(run: RunContext, { stop, ending, finalText }: LoopResult<CoderEnding>): Candidate['stopped'] {
  if (ending?.kind === 'finished') return undefined
  if (ending?.kind === 'stopped') return { kind: 'gave_up', reason: ending.reason }
  if (run.deadline.aborted)
    return {
      kind: 'deadline',
      reason: run.deadline.reason instanceof Error ? run.deadline.reason.message : 'The time was over.',
    }
  if (stop === 'budget_spent')
    return { kind: 'budget_spent', reason: 'The budget was spent: the next call could have passed the ceiling.' }
  if (stop === 'turns' || stop === 'tool_calls')
    return { kind: 'turns', reason: `The limit of ${stop === 'turns' ? 'model turns' : 'tool calls'} was reached.` }
  return { kind: 'model', reason: reasons[stop] ?? endedEarly(finalText) }
}

function endedEarly(finalText: string): string {
  const words = finalText.trim().slice(0, 300)
  return words === '' ? 'The coder ended early, without a word.' : `The coder ended early: ${words}`
}

const reasons: Record<string, string> = {
  repeated: 'The coder repeated the same call.',
  refused: 'The model refused to go on.',
  reply_cut: 'The replies of the model were too long.',
}

interface Ended {
  result: LoopResult<CoderEnding>
  before: Proof | undefined
  stopped: Candidate['stopped']
}

async function candidateOf({ task, state }: Work, { result, before, stopped }: Ended): Promise<Candidate> {
  const { workspace } = task.bench
  const earlier = before?.candidate
  return {
    treeSha: state.lastGood,
    patch: (await workspace.diff(state.lastGood)).text,
    results: [
      ...(await caughtUp(workspace, state.lastGood, earlier)),
      ...state.queue.results.filter(({ modification }) => modification.path !== ''),
    ],
    amendments: state.amendments,
    changedTests: state.changedTests,
    explanation: [...(earlier ? [earlier.explanation] : []), ...state.notes].join('\n'),
    conversation: result.messages,
    turns: (earlier?.turns ?? 0) + result.turns,
    toolCalls: (earlier?.toolCalls ?? 0) + result.toolCallCount,
    ...(stopped && { stopped }),
  }
}

/** A part that fell in an earlier round and that this round has carried out counts as done. */
async function caughtUp(
  workspace: Workspace,
  treeSha: string,
  earlier: Candidate | undefined,
): Promise<ModificationResult[]> {
  if (earlier === undefined || earlier.results.every(({ status }) => status === 'done')) return earlier?.results ?? []
  const changed = new Set((await workspace.diff(treeSha, earlier.treeSha)).files.map(({ path }) => path))
  return earlier.results.map((result) =>
    result.status !== 'done' && changed.has(result.modification.path)
      ? { modification: result.modification, status: 'done', repairs: result.repairs, treeSha }
      : result,
  )
}

function describe({ results, stopped }: Candidate): string {
  const done = results.filter(({ status }) => status === 'done').length
  return stopped
    ? `${stopped.reason} ${done} of ${results.length} stand`
    : `${done} of ${results.length} modifications stand`
}
