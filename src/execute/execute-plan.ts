// Stage 8: the coder carries the plan out, one modification at a time; rules hold at every write and checks decide what stands.
import { type LoopResult, runLoop, say } from '../agent/loop.ts'
import { loadPrompt } from '../agent/prompt.ts'
import type { ToolAnswer } from '../agent/tools.ts'
import { Fault } from '../errors.ts'
import type { Message } from '../model/model.ts'
import type { ImplementationPlan, Modification } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { type RunContext, stage } from '../run-context.ts'
import { ledgerJournal } from '../trace/ledger-journal.ts'
import { traceLoop } from '../trace/trace-loop.ts'
import { feedbackFor, type Proof } from '../verify/feedback.ts'
import { showsDefect } from '../verify/report.ts'
import type { Candidate, ModificationResult } from './candidate.ts'
import { giveUp, tellModification, type Work } from './close-modification.ts'
import { firstMessages, goOn } from './coder-messages.ts'
import { type CoderEnding, createCoderTools } from './coder-tools.ts'
import { gatherCandidate } from './gather-candidate.ts'
import { openModifications } from './modification-queue.ts'
import { plannedTree } from './planned-tree.ts'
import { stoppedBy } from './stopped-by.ts'
import { openWorkState, plannedPaths } from './work-state.ts'

const system = loadPrompt(new URL('./execute.md', import.meta.url))

export interface Round {
  round: number
  /** What the round before came to; undefined in the first. */
  before: Proof | undefined
  /** This round's work, which stopped for a `question` or an `approval`, and what a person decided, in a sentence. */
  resumed?: { candidate: Candidate; answer: string } | undefined
}

/**
 * The work tree equals the candidate's tree afterwards, also where the candidate came from the record. Work that stopped for a
 * person is gone on with by `resumed`; where an amendment was approved, `task.plan` holds it by then.
 */
export async function executePlan(run: RunContext, task: PlannedTask, asked: Round): Promise<Candidate> {
  const { round, before, resumed } = asked
  const feedback = before && feedbackFor(before)
  const candidate = await stage(run, 'execute', {
    round,
    input: {
      contract: task.contract,
      plan: task.plan,
      feedback: feedback ?? null,
      ...(resumed && { from: resumed.candidate.treeSha, answer: resumed.answer }),
    },
    work: () => execute(run, task, { ...asked, feedback }),
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
  { round, before, resumed, feedback }: Round & { feedback: string | undefined },
): Promise<Candidate> {
  const { workspace } = task.bench
  const earlier = resumed?.candidate ?? before?.candidate
  if (earlier) await arriveAt(task, earlier)
  const { amendments = [], changedTests = [], turns = 0, toolCalls = 0, conversation = [] } = earlier ?? {}
  const modifications =
    feedback === undefined ? openModifications(task.plan.modifications, resumed?.candidate.results) : [repairOf(round)]
  const lastGood = await plannedTree(workspace, plannedPaths(task.plan, { amendments }))
  const { reproduction } = before?.report ?? {}
  const shown = reproduction !== undefined && showsDefect(reproduction)
  const work = { run, task, state: openWorkState(modifications, { round, lastGood, shown, amendments, changedTests }) }
  await tellCurrent(work)
  const { limits } = task.policy
  const result = await loop(work, {
    messages: await messagesOf(work, { feedback, resumed, conversation }),
    limits: { turns: Math.max(0, limits.turns - turns), toolCalls: Math.max(0, limits.toolCalls - toolCalls) },
  })
  run.signal.throwIfAborted()
  const stopped = stoppedBy(run, result)
  if (stopped) await setAside(work)
  work.state.queue.stop(stopped?.reason ?? 'the coder ended', work.state.lastGood)
  return gatherCandidate(work, { result, earlier, stopped })
}

async function tellCurrent({ run, task, state }: Work): Promise<void> {
  const { current } = state.queue
  if (current !== undefined) await tellModification(run, task.plan, { id: current.id, status: 'running' })
}

async function messagesOf(
  work: Work,
  {
    feedback,
    resumed,
    conversation,
  }: Pick<Round, 'resumed'> & { feedback: string | undefined; conversation: Message[] },
): Promise<Message[]> {
  if (resumed !== undefined) return goOn(work, conversation, resumed.answer)
  return feedback === undefined ? firstMessages(work) : say(conversation, `${feedback}\n\n${mendIt}`)
}

const mendIt =
  'Mend it and call done. Where the change is not at fault, call done with the reason alone: it is verified once more.'

/** What is half done stands nowhere, but it was paid for: it is kept beside the work, for whoever looks. The work tree goes back when the candidate is arrived at. */
async function setAside({ run, task, state }: Work): Promise<void> {
  const { workspace } = task.bench
  const half = await workspace.diff(await plannedTree(workspace, plannedPaths(task.plan, state)), state.lastGood)
  if (half.files.length > 0) await run.claimed.writeArtifact('unfinished.patch', half.text, 'text/x-diff')
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
      journal: ledgerJournal(run.claimed, task.contract.baseCommit),
      repeated: () => giveUpRepeating(work),
      clock: () => run.now().getTime(),
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

/** The same call again and again leads nowhere; what does not depend on this modification may still be done. */
async function giveUpRepeating(work: Work): Promise<ToolAnswer<CoderEnding>> {
  const { text, finished } = await giveUp(work, { reason: 'the coder repeated the same call' })
  return { text, isError: true, ...(finished && { end: { kind: 'finished' } }) }
}

function describe({ results, stopped }: Candidate): string {
  const done = results.filter(({ status }) => status === 'done').length
  return stopped
    ? `${stopped.reason} ${done} of ${results.length} stand`
    : `${done} of ${results.length} modifications stand`
}
