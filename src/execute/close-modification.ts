// What `done` and `revert` lead to: a modification stands and the next one follows, or it is repaired, or it falls.

import { removedAssertions } from '../judge/judge-by-rule.ts'
import { patchSections } from '../judge/patch-sections.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { workPatch } from '../run/outcome.ts'
import type { RunContext } from '../run-context.ts'
import type { FileChange, Patch } from '../workspace/workspace.ts'
import type { ChangedTest, ModificationResult, RepairKind } from './candidate.ts'
import { checkModification, formatFiles } from './check-modification.ts'
import { plannedTree } from './planned-tree.ts'
import { describeModification, plannedPaths, type WorkState } from './work-state.ts'

/** An answer for the coder; `finished` when no modification is left. */
export interface Closed {
  text: string
  accepted: boolean
  finished: boolean
}

export interface Work {
  run: RunContext
  task: PlannedTask
  state: WorkState
}

/** The coder says that the current modification is done. Rules and checks decide whether it is. */
export async function closeModification(
  work: Work,
  { note, changedTests }: { note: string; changedTests: ChangedTest[] },
): Promise<Closed> {
  const { run, task, state } = work
  const { workspace } = task.bench
  const { current } = state.queue
  if (current === undefined) return { text: 'Every modification is settled.', accepted: true, finished: true }
  const planned = plannedPaths(task.plan, state)
  const proposed = await plannedTree(workspace, planned)
  const written = await workspace.diff(proposed, state.lastGood)
  const problem = await refusal(work, { written, changedTests })
  if (problem !== undefined) return { text: problem, accepted: false, finished: false }

  await noteRepair(work, proposed)
  const there = written.files.filter(({ kind }) => kind !== 'deleted')
  await formatFiles(
    run,
    task,
    there.map(({ path }) => path),
  )
  const treeSha = await plannedTree(workspace, planned)
  const near = await checkModification(run, task, { state, treeSha, paths: written.files.map(({ path }) => path) })
  if (!near.stands) return repairOrFall(work, { summary: near.summary, treeSha })

  state.lastGood = treeSha
  state.notes.push(note)
  state.changedTests.push(...changedTests)
  forgetAttempts(state)
  state.queue.done(treeSha)
  await keepWork(work, treeSha)
  return next(work, `${current.id} stands. ${near.summary}`)
}

/** Gives the files of the current modification back. */
export async function revertModification({ task, state }: Work): Promise<string> {
  await task.bench.workspace.restore(state.lastGood)
  state.reverted = true
  const { current } = state.queue
  return `The files are as they were before this modification. Again, ${current ? describeModification(current) : 'nothing is left to do'}`
}

/** Why `done` is not accepted yet; undefined when the checks may decide. */
async function refusal(
  { task, state }: Work,
  { written, changedTests }: { written: Patch; changedTests: ChangedTest[] },
): Promise<string | undefined> {
  if (written.files.length === 0 && !(await standsAlready(task, state)))
    return 'Nothing has changed since the last modification. Edit first, or call stop and say why not.'
  const explained = new Set(changedTests.map(({ path }) => path))
  const weakened = patchSections(written).filter(
    (section) =>
      task.bench.isTest(section.file.path) && removedAssertions(section) > 0 && !explained.has(section.file.path),
  )
  if (weakened.length === 0) return undefined
  const paths = weakened.map(({ file }) => file.path).join(', ')
  return `${paths} expects something else than before. Name it in changedTests with the acceptance criterion that asks for it, or give the expectation back.`
}

/** Written together with an earlier modification, in one go: its checks held for both. */
async function standsAlready({ bench }: PlannedTask, { queue, lastGood }: WorkState): Promise<boolean> {
  const { files } = await bench.workspace.diff(lastGood)
  return files.some(({ path }) => path === queue.current?.path)
}

/** What was done since the checks failed is a repair; which kind is told from the change, not from what the coder says. */
async function noteRepair({ task, state }: Work, proposed: string): Promise<void> {
  if (state.failedTree === undefined) return
  const { files } = await task.bench.workspace.diff(proposed, state.failedTree)
  state.queue.repaired(state.reverted ? 'revert_and_retry' : repairKind(files, task.bench.isTest))
}

function repairKind(files: FileChange[], isTest: (path: string) => boolean): RepairKind {
  return files.length > 0 && files.every(({ path }) => isTest(path)) ? 'update_test' : 'modify_source'
}

function forgetAttempts(state: WorkState): void {
  state.failedTree = undefined
  state.reverted = false
}

async function repairOrFall(work: Work, { summary, treeSha }: { summary: string; treeSha: string }): Promise<Closed> {
  const { run, task, state } = work
  const { queue } = state
  const { current } = queue
  const tried = queue.repairs.length
  if (tried < task.policy.limits.repairs) {
    state.failedTree = treeSha
    state.reverted = false
    return {
      text: `The checks fail (repair ${tried + 1} of ${task.policy.limits.repairs}):\n${summary}`,
      accepted: false,
      finished: false,
    }
  }
  await task.bench.workspace.restore(state.lastGood)
  forgetAttempts(state)
  await run.claimed.event('modification_failed', { id: current?.id, summary })
  queue.failed(`its checks still failed after ${tried} repair${tried === 1 ? '' : 's'}`, state.lastGood)
  return next(work, `${current?.id} was given up and its files are as before it.`)
}

async function next({ run, state, task: { plan } }: Work, told: string): Promise<Closed> {
  for (const { modification, status } of state.queue.results)
    await tellModification(run, plan, { id: modification.id, status })
  const { current } = state.queue
  if (current === undefined) return { text: `${told} Nothing is left to do.`, accepted: true, finished: true }
  await tellModification(run, plan, { id: current.id, status: 'running' })
  return { text: `${told}\nNext, ${describeModification(current)}`, accepted: true, finished: false }
}

/** Shows how a modification of the plan stands, where that is news. */
export async function tellModification(
  run: RunContext,
  { modifications }: ImplementationPlan,
  { id, status }: { id: string; status: ModificationResult['status'] | 'running' },
): Promise<void> {
  const index = modifications.findIndex((modification) => modification.id === id)
  const shown = status === 'skipped' ? 'failed' : status
  const line = run.progress.view.plan[index]
  if (line !== undefined && line.status !== shown) await run.progress.modification(index, shown)
}

/** Whatever happens to the run from here on, this much is kept. */
async function keepWork({ run, task }: Work, treeSha: string): Promise<void> {
  const { text } = await task.bench.workspace.diff(treeSha)
  await run.claimed.writeArtifact(workPatch, text, 'text/x-diff')
}
