// What `done` and `revert` lead to: a modification stands and the next one follows, or it is repaired, or it falls.

import { removedAssertions } from '../judge/judge-by-rule.ts'
import { patchSections } from '../judge/patch-sections.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { workPatch } from '../run/outcome.ts'
import type { RunContext } from '../run-context.ts'
import type { Patch } from '../workspace/workspace.ts'
import type { ChangedTest, RepairKind } from './candidate.ts'
import { checkModification, formatFiles } from './check-modification.ts'
import { describeModification, type WorkState } from './work-state.ts'

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
  const written = await workspace.diff(await workspace.checkpoint(), state.lastGood)
  const problem = refusal(work, { written, changedTests })
  if (problem !== undefined) return { text: problem, accepted: false, finished: false }

  const paths = written.files.map(({ path }) => path)
  await formatFiles(task, paths)
  const treeSha = await workspace.checkpoint()
  const near = await checkModification(run, task, { state, treeSha, paths })
  if (!near.stands) return repairOrFall(work, { summary: near.summary, written })

  state.lastGood = treeSha
  state.notes.push(note)
  state.changedTests.push(...changedTests)
  state.reverted = false
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
function refusal(
  { task, state }: Work,
  { written, changedTests }: { written: Patch; changedTests: ChangedTest[] },
): string | undefined {
  const { current } = state.queue
  const touched = state.queue.results.some(({ modification }) => modification.path === current?.path)
  if (written.files.length === 0 && !touched)
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

async function repairOrFall(work: Work, { summary, written }: { summary: string; written: Patch }): Promise<Closed> {
  const { run, task, state } = work
  const { queue } = state
  const { current } = queue
  const tried = queue.repairs.length
  if (tried < task.policy.limits.repairs) {
    queue.repaired(repairKind(work, written))
    state.reverted = false
    return {
      text: `The checks fail (repair ${tried + 1} of ${task.policy.limits.repairs}):\n${summary}`,
      accepted: false,
      finished: false,
    }
  }
  await task.bench.workspace.restore(state.lastGood)
  await run.claimed.event('modification_failed', { id: current?.id, summary })
  queue.failed(`its checks still failed after ${tried} repairs`, state.lastGood)
  return next(work, `${current?.id} was given up and its files are as before it.`)
}

/** Told from what the coder did, not from what it says. */
function repairKind({ task, state }: Work, written: Patch): RepairKind {
  if (state.reverted) return 'revert_and_retry'
  const onlyTests =
    written.files.length > 0 && written.files.every(({ path, kind }) => kind === 'modified' && task.bench.isTest(path))
  return onlyTests ? 'update_test' : 'modify_source'
}

async function next({ run, state, task }: Work, told: string): Promise<Closed> {
  for (const { modification, status } of state.queue.results)
    await tellProgress(run, task, { id: modification.id, status })
  const { current } = state.queue
  if (current === undefined) return { text: `${told} Nothing is left to do.`, accepted: true, finished: true }
  await tellProgress(run, task, { id: current.id, status: 'running' })
  return { text: `${told}\nNext, ${describeModification(current)}`, accepted: true, finished: false }
}

async function tellProgress(
  run: RunContext,
  { plan }: PlannedTask,
  { id, status }: { id: string; status: 'running' | 'done' | 'failed' | 'skipped' },
): Promise<void> {
  const index = plan.modifications.findIndex((modification) => modification.id === id)
  if (index >= 0) await run.progress.modification(index, status === 'skipped' ? 'failed' : status)
}

/** Whatever happens to the run from here on, this much is kept. */
async function keepWork({ run, task }: Work, treeSha: string): Promise<void> {
  const { text } = await task.bench.workspace.diff(treeSha)
  await run.claimed.writeArtifact(workPatch, text, 'text/x-diff')
}
