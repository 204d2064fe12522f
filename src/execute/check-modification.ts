// After each modification the system, not the model, formats the files and runs the checks that are near.
import type { PlannedTask } from '../plan/planned-task.ts'
import type { Bench } from '../prepare/bench.ts'
import { recorded } from '../run/stage-recorder.ts'
import type { RunContext } from '../run-context.ts'
import { checksOnTests, formatCommands } from '../toolchain/commands.ts'
import { testsOf } from '../toolchain/targeted.ts'
import type { CheckCommand, CheckResult, ReadFile } from '../toolchain/toolchain.ts'
import { reproduceOnBase } from '../verify/reproduce.ts'
import { isDocument } from './candidate-facts.ts'
import { type CommandRun, commandRun, judgeNear, type NearChecks, notShown } from './near-checks.ts'
import type { WorkState } from './work-state.ts'

/** Formats exactly these files, in place. A formatter that fails leaves them as they are; the format check will tell. */
export async function formatFiles(run: RunContext, { bench }: PlannedTask, paths: string[]): Promise<CommandRun[]> {
  const ran: CommandRun[] = []
  for (const command of formatCommands(bench.snapshot, paths)) {
    ran.push(commandRun(await bench.session.run({ ...command, signal: run.signal })))
  }
  return ran
}

interface Modified {
  state: WorkState
  treeSha: string
  /** What the modification changed. */
  paths: string[]
}

/** Runs the checks near the changed files on the tree as it is. With the last of the code in place, its tests must show what it mends. */
export async function checkModification(
  run: RunContext,
  task: PlannedTask,
  { state, treeSha, paths }: Modified,
): Promise<NearChecks> {
  state.checksRun += 1
  const code = state.queue.waiting.slice(1).filter(({ path }) => !isDocument(path))
  const pending = code.some(({ test }) => !test)
  const toProve = code.length === 0 && !state.shown
  const input = { treeSha, paths, at: state.checksRun, pending, toProve }
  return recorded(run.claimed, { stage: 'near_checks', round: state.round, input }, async () => {
    const label = `execute-${state.round + 1}/${state.checksRun}`
    const proving = toProve ? await changedTests(task.bench, treeSha) : []
    const results = await runNear(task, { paths: [...paths, ...proving], pending, label })
    const near = judgeNear(results, { before: task.bench.baseline.checks, pending })
    if (near.failure !== undefined || !toProve) return near
    return { ...near, ...(await shownBy(run, task, { treeSha, results, label })) }
  })
}

/** What shows the defect may have been written with an earlier modification. */
async function changedTests({ workspace, isTest }: Bench, treeSha: string): Promise<string[]> {
  const changes = await workspace.changes(treeSha)
  return changes.filter(({ path, blob }) => blob !== null && isTest(path)).map(({ path }) => path)
}

/** A check that takes longer waits for the end: it would run once a modification and once a repair. */
const longestMs = { test: 60_000, other: 15_000 }

async function runNear(
  { bench }: PlannedTask,
  { paths, pending, label }: { paths: string[]; pending: boolean; label: string },
): Promise<CheckResult[]> {
  const files = await bench.workspace.files()
  const tests = await testsOf({ changed: paths, files, read: readNow(bench), isTest: bench.isTest })
  return bench.runChecks(bench, [...quickFindings(bench, pending), ...quickTests(bench, tests)], label)
}

function quickTests({ snapshot, baseline }: Bench, tests: string[]): CheckCommand[] {
  return checksOnTests(snapshot, tests).filter(({ id }) => {
    const whole = baseline.checks.find((check) => check.id === id)
    return whole === undefined || whole.durationMs <= longestMs.test
  })
}

/**
 * Lint and types, where they were green or tell what they find, so that it can be said what is new. While sources are still to be
 * changed they would find what is half done.
 */
function quickFindings({ snapshot, baseline }: Bench, pending: boolean): CheckCommand[] {
  if (pending) return []
  const quick = baseline.checks.filter(
    ({ passed, findings, durationMs }) => (passed || findings !== undefined) && durationMs <= longestMs.other,
  )
  return snapshot.checks.filter(
    ({ id, name }) => (name === 'lint' || name === 'typecheck') && quick.some((check) => check.id === id),
  )
}

/** Imports are followed in the tree as it is now, since the change may have moved them. */
function readNow({ tree }: Bench): ReadFile {
  return async (path) => {
    const found = await tree.readText(path)
    return found.kind === 'text' ? found.text : undefined
  }
}

interface Standing {
  treeSha: string
  results: CheckResult[]
  label: string
}

/** Told as early as this, the coder still knows what it wrote. The proof that counts is verification's, on the tree that is published. */
async function shownBy(
  run: RunContext,
  { bench, contract }: PlannedTask,
  { treeSha, results, label }: Standing,
): Promise<Partial<NearChecks>> {
  if (contract.taskType !== 'bug_fix' && contract.taskType !== 'feature') return {}
  const evidence = await reproduceOnBase({ bench, place: bench, treeSha, after: results, label })
  if (evidence === undefined) return {}
  await run.claimed.event('tests_without_change', { ...evidence })
  const summary = notShown(evidence)
  return summary === undefined ? { shown: true } : { failure: 'not_shown', summary }
}
