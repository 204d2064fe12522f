// What `done` and `revert` lead to: a modification stands and the next one follows, or it is repaired, or it falls.
import type { ImplementationPlan } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { workPatch } from '../run/outcome.ts'
import type { RunContext } from '../run-context.ts'
import type { FileChange, Patch } from '../workspace/workspace.ts'
import type { ChangedTest, ModificationResult, RepairKind } from './candidate.ts'
import { changedExpectations } from './changed-expectations.ts'
import { checkModification, formatFiles } from './check-modification.ts'
import type { FailureKind } from './near-checks.ts'
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

/** Why a test expects something else now: number of the acceptance criterion that asks for it, from 1. */
export interface Claim {
  path: string
  criterion: number
  reason: string
}

/** The coder says that the current modification is done. Rules and checks decide whether it is. */
export async function closeModification(
  work: Work,
  { note, claims }: { note: string; claims: Claim[] },
): Promise<Closed> {
  const { run, task, state } = work
  const { workspace } = task.bench
  const { current } = state.queue
  if (current === undefined) return { text: 'Every modification is settled.', accepted: true, finished: true }
  const planned = plannedPaths(task.plan, state)
  const proposed = await plannedTree(workspace, planned)
  const written = await workspace.diff(proposed, state.lastGood)
  const changed = changedExpectations(await workspace.diff(proposed), task.bench.isTest)
  const problem = await refusal(work, { written, claims, changed })
  if (problem !== undefined) return { text: problem, accepted: false, finished: false }

  await noteRepair(work, proposed)
  const there = written.files.filter(({ kind }) => kind !== 'deleted')
  state.commands.push(
    ...(await formatFiles(
      run,
      task,
      there.map(({ path }) => path),
    )),
  )
  const treeSha = await plannedTree(workspace, planned)
  const near = await checkModification(run, task, { state, treeSha, paths: written.files.map(({ path }) => path) })
  state.commands.push(...near.commands)
  if (near.failure !== undefined) return repairOrFall(work, { failure: near.failure, summary: near.summary, treeSha })

  state.lastGood = treeSha
  state.shown ||= near.shown === true
  state.notes.push(note)
  state.changedTests.push(...reasonsOf(work, claims, changed))
  forgetAttempts(state)
  state.queue.done(treeSha)
  await keepWork(work, treeSha)
  return next(work, { told: `${current.id} stands. ${near.summary}`, accepted: true })
}

/** Gives the files of the current modification back. */
export async function revertModification({ task, state }: Work): Promise<string> {
  await task.bench.workspace.restore(state.lastGood)
  state.reverted = true
  const { current } = state.queue
  return `The files are as they were before this modification. Again, ${current ? describeModification(current) : 'nothing is left to do'}`
}

interface Written {
  /** Since the last checkpoint. */
  written: Patch
  claims: Claim[]
  /** Existing tests that expect something else than at the base commit. */
  changed: string[]
}

/** Why `done` is not accepted yet; undefined when the checks may decide. */
async function refusal({ task, state }: Work, { written, claims, changed }: Written): Promise<string | undefined> {
  if (written.files.length === 0 && !isRepair(state) && !(await standsAlready(task, state)))
    return 'Nothing has changed since the last modification. Edit first, or call stop and say why not.'
  const criteria = task.contract.acceptanceCriteria.length
  const unknown = claims.find(({ criterion }) => criterion > criteria)
  if (unknown !== undefined) return `There is no criterion ${unknown.criterion}; the contract has ${criteria}.`
  const explained = new Set([...state.changedTests, ...claims].map(({ path }) => path))
  const touched = new Set(written.files.map(({ path }) => path))
  const unexplained = changed.filter((path) => touched.has(path) && !explained.has(path))
  if (unexplained.length === 0) return undefined
  return `${unexplained.join(', ')} expects something else than before. Name it in changedTests with the acceptance criterion that asks for it, or give the expectation back.`
}

/** What failed in verification may be no fault of the change, as a test that measures time; it is verified once more then. */
function isRepair({ round, queue }: WorkState): boolean {
  return round > 0 && queue.current?.path === ''
}

/** Of what the coder claims, only what the patch shows. */
function reasonsOf({ task, state }: Work, claims: Claim[], changed: string[]): ChangedTest[] {
  const known = new Set(state.changedTests.map(({ path }) => path))
  return claims
    .filter(({ path }) => changed.includes(path) && !known.has(path))
    .map(({ path, criterion, reason }) => {
      const text = task.contract.acceptanceCriteria[criterion - 1]
      return { path, reason, ...(text !== undefined && { criterion: text }) }
    })
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

interface Failed {
  failure: FailureKind
  summary: string
  treeSha: string
}

async function repairOrFall(work: Work, { failure, summary, treeSha }: Failed): Promise<Closed> {
  const { task, state } = work
  const { queue } = state
  const tried = queue.repairs.length
  const most = task.policy.limits.repairs
  queue.refused(failure)
  if (tried >= most)
    return giveUp(work, { reason: `its checks still failed after ${counted(tried, 'repair')}`, evidence: summary })
  state.failedTree = treeSha
  state.reverted = false
  return { text: `${found[failure]} (repair ${tried + 1} of ${most}):\n${summary}`, accepted: false, finished: false }
}

const found: Record<FailureKind, string> = {
  new_code: 'The checks fail in what is new',
  existing_test: 'The change breaks what passed before',
  not_shown: 'The tests show nothing yet',
}

/** Back to the last good checkpoint, and on with what does not depend on the current modification. */
export async function giveUp(work: Work, { reason, evidence }: { reason: string; evidence?: string }): Promise<Closed> {
  const { run, task, state } = work
  const { current } = state.queue
  await task.bench.workspace.restore(state.lastGood)
  forgetAttempts(state)
  await run.claimed.event('modification_failed', { id: current?.id, summary: evidence ?? reason })
  state.queue.failed(reason, state.lastGood)
  return next(work, { told: `${current?.id} was given up and its files are as before it.`, accepted: false })
}

async function next(
  { run, state, task: { plan } }: Work,
  { told, accepted }: { told: string; accepted: boolean },
): Promise<Closed> {
  for (const { modification, status } of state.queue.results)
    await tellModification(run, plan, { id: modification.id, status })
  const { current } = state.queue
  if (current === undefined) return { text: `${told} Nothing is left to do.`, accepted, finished: true }
  await tellModification(run, plan, { id: current.id, status: 'running' })
  return { text: `${told}\nNext, ${describeModification(current)}`, accepted, finished: false }
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
