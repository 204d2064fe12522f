// What one execution came to, together with what an earlier one had done.
import type { LoopResult } from '../agent/loop.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Candidate, ModificationResult, Stopped } from './candidate.ts'
import { changedFiles } from './candidate-facts.ts'
import type { Work } from './close-modification.ts'
import type { CoderEnding } from './coder-tools.ts'
import type { WorkState } from './work-state.ts'

interface Ended {
  result: LoopResult<CoderEnding>
  /** What this execution goes on from. */
  earlier: Candidate | undefined
  stopped: Stopped | undefined
}

export async function gatherCandidate({ task, state }: Work, { result, earlier, stopped }: Ended): Promise<Candidate> {
  const { bench } = task
  const patch = await bench.workspace.diff(state.lastGood)
  const now = state.queue.results
  const mends = [...(earlier?.mends ?? []), ...now.filter(isMend)]
  return {
    treeSha: state.lastGood,
    patch: patch.text,
    files: changedFiles(patch, bench),
    commands: [...(earlier?.commands ?? []), ...state.commands],
    results: [...(await settledBefore(bench.workspace, { state, earlier })), ...now.filter((one) => !isMend(one))],
    ...(mends.length > 0 && { mends }),
    amendments: state.amendments,
    changedTests: state.changedTests,
    explanation: [...(earlier ? [earlier.explanation] : []), ...state.notes].join('\n'),
    conversation: result.messages,
    turns: (earlier?.turns ?? 0) + result.turns,
    toolCalls: (earlier?.toolCalls ?? 0) + result.toolCallCount,
    ...(stopped && { stopped }),
  }
}

/** The one modification of a later round, of no file of its own. */
function isMend({ modification }: ModificationResult): boolean {
  return modification.path === ''
}

/** A part that fell earlier and that this execution has carried out counts as done. */
async function settledBefore(
  workspace: Workspace,
  { state, earlier }: { state: WorkState; earlier: Candidate | undefined },
): Promise<ModificationResult[]> {
  const again = new Set(state.queue.results.map(({ modification }) => modification.id))
  const before = (earlier?.results ?? []).filter(({ modification }) => !again.has(modification.id))
  if (earlier === undefined || before.every(({ status }) => status === 'done')) return before
  const changed = new Set((await workspace.diff(state.lastGood, earlier.treeSha)).files.map(({ path }) => path))
  return before.map((result) =>
    result.status !== 'done' && changed.has(result.modification.path)
      ? { modification: result.modification, status: 'done', repairs: result.repairs, treeSha: state.lastGood }
      : result,
  )
}
