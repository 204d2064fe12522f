// After each modification the system, not the model, formats the files and runs the checks that are near.
import type { PlannedTask } from '../plan/planned-task.ts'
import type { Bench } from '../prepare/bench.ts'
import { recorded } from '../run/stage-recorder.ts'
import type { RunContext } from '../run-context.ts'
import { checksOnTests, formatCommands } from '../toolchain/commands.ts'
import { testsOf } from '../toolchain/targeted.ts'
import type { CheckCommand, CheckResult, ReadFile, TestCase } from '../toolchain/toolchain.ts'
import type { WorkState } from './work-state.ts'

/** What the checks near a modification said; recorded, so that a crash does not run them again. */
export interface NearChecks {
  stands: boolean
  /** For the coder: which checks ran and, where they fail, the failures. At most 8 KiB a check. */
  summary: string
}

/** Formats exactly these files, in place. A formatter that fails leaves them as they are; the format check will tell. */
export async function formatFiles(run: RunContext, { bench }: PlannedTask, paths: string[]): Promise<void> {
  for (const command of formatCommands(bench.snapshot, paths))
    await bench.session.run({ ...command, signal: run.signal })
}

/** Runs the tests near the changed files on the tree as it is. */
export async function checkModification(
  run: RunContext,
  task: PlannedTask,
  { state, treeSha, paths }: { state: WorkState; treeSha: string; paths: string[] },
): Promise<NearChecks> {
  const { bench } = task
  state.checksRun += 1
  const label = `execute-${state.round + 1}/${state.checksRun}`
  const pending = state.queue.waiting.slice(1).some(({ test }) => !test)
  const key = { stage: 'near_checks', round: state.round, input: { treeSha, paths, at: state.checksRun, pending } }
  return recorded(run.claimed, key, async () => {
    const files = await bench.workspace.files()
    const tests = await testsOf({ changed: paths, files, read: readNow(bench), isTest: bench.isTest })
    const results = await bench.runChecks(bench, nearChecks(bench, tests), label)
    return judgeNear(results, { before: bench.baseline.checks, pending })
  })
}

/** Checks that take longer wait for the end: they would be run once a modification and once a repair. */
const longestNearMs = 60_000

function nearChecks({ snapshot, baseline }: Bench, tests: string[]): CheckCommand[] {
  return checksOnTests(snapshot, tests).filter(({ id }) => {
    const whole = baseline.checks.find((check) => check.id === id)
    return whole === undefined || whole.durationMs <= longestNearMs
  })
}

/** Imports are followed in the tree as it is now, since the change may have moved them. */
function readNow({ tree }: Bench): ReadFile {
  return async (path) => {
    const found = await tree.readText(path)
    return found.kind === 'text' ? found.text : undefined
  }
}

/**
 * Stands when nothing that passed before fails now and no new test fails. While sources are still to be changed, a new test
 * may fail: it waits for them. Without test names the exit code decides, where it was green before.
 */
export function judgeNear(
  results: CheckResult[],
  { before, pending }: { before: CheckResult[]; pending: boolean },
): NearChecks {
  if (results.length === 0) return { stands: true, summary: 'No test is near this change; everything runs at the end.' }
  const known = new Map(before.flatMap(({ tests }) => tests ?? []).map(({ name, status }) => [name, status]))
  const failing = results.filter((result) =>
    falls(result, {
      known,
      pending,
      greenBefore: before.filter(({ name }) => name === 'test').every(({ passed }) => passed),
    }),
  )
  if (failing.length > 0)
    return { stands: false, summary: failing.map(({ line, summary }) => `${line}\n${summary}`).join('\n\n') }
  const tests = results.flatMap((result) => result.tests ?? [])
  const passed = tests.filter(({ status }) => status === 'passed').length
  return {
    stands: true,
    summary: tests.length > 0 ? `${passed} of ${tests.length} tests near it pass.` : 'The checks near it pass.',
  }
}

interface Circumstances {
  known: Map<string, TestCase['status']>
  pending: boolean
  greenBefore: boolean
}

function falls({ passed, tests, timedOut }: CheckResult, { known, pending, greenBefore }: Circumstances): boolean {
  if (passed) return false
  if (timedOut || tests === undefined) return timedOut || greenBefore
  const failed = tests.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return greenBefore
  return failed.some(({ name }) => known.get(name) === 'passed' || (!known.has(name) && !pending))
}
