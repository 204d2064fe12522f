// What the host measures of a change: the checks in a fresh work tree of exactly that tree, and its tests on the base sources.
// The first proof and its repetition on another machine are this one function.
import { Fault } from '../errors.ts'
import { checkDefinition } from '../policy/check-definitions.ts'
import type { Bench, Place } from '../prepare/bench.ts'
import { compareChecks } from '../toolchain/compare.ts'
import type { CheckResult, TestCase } from '../toolchain/toolchain.ts'
import type { CheckComparison, ReproductionEvidence } from './report.ts'
import { reproduceOnBase } from './reproduce.ts'

export interface Measured {
  checks: CheckComparison[]
  reproduction: ReproductionEvidence | undefined
  /** What the suites said on the change; undefined where none tells its tests by name. */
  tests: TestCase[] | undefined
  /** Why nothing could be run on the change, which alters a manifest. */
  installProblem: string | undefined
}

/** A tree that equals the base has nothing to be measured. */
export const nothingMeasured: Measured = {
  checks: [],
  reproduction: undefined,
  tests: undefined,
  installProblem: undefined,
}

export interface Measuring {
  treeSha: string
  /** Names of tests that may vanish. */
  removedTests: string[]
  /** Begin of the names of the logs. */
  label: string
}

/** Throws `infrastructure`/`install_failed` where dependencies cannot be installed that no change touches. */
export async function measureChange(bench: Bench, { treeSha, removedTests, label }: Measuring): Promise<Measured> {
  await using place = await bench.fresh(treeSha)
  // Awaited here: it would reject while the place is being given back, and nobody would be listening yet.
  if (place.installProblem !== undefined)
    return await withoutDependencies(bench, { treeSha, problem: place.installProblem })
  const before = bench.baseline.checks
  const after = await bench.runChecks(place, bench.snapshot.checks, label)
  const first = compareChecks(before, after, removedTests)
  const rerun = await runAgain(bench, { place, suspects: first.filter(({ regressed }) => regressed), label })
  const checks = rerun.length === 0 ? first : compareChecks(before, after, removedTests, { rerun })
  const reproduction = await reproduceOnBase({ bench, place, treeSha, after, label })
  return {
    checks: checks.map((check) => withoutIdle(check, reproduction)),
    reproduction,
    tests: after.some(({ tests }) => tests !== undefined) ? after.flatMap(({ tests = [] }) => tests) : undefined,
    installProblem: undefined,
  }
}

/** A test that failed before and passes now has not been mended by a change that it passes without. */
function withoutIdle(check: CheckComparison, reproduction: ReproductionEvidence | undefined): CheckComparison {
  const idle = new Set(reproduction?.passesWithoutChange)
  return { ...check, fixed: check.fixed.filter((name) => !idle.has(name)) }
}

/** Where no manifest changed, the registry or the network failed, and nobody's change: the queue tries again. */
async function withoutDependencies(
  bench: Bench,
  { treeSha, problem }: { treeSha: string; problem: string },
): Promise<Measured> {
  const changed = await bench.workspace.changes(treeSha)
  if (changed.some(({ path }) => checkDefinition(path) === 'package manifest'))
    return { ...nothingMeasured, installProblem: problem }
  throw new Fault('infrastructure', 'install_failed', `The dependencies were installed before, but not now: ${problem}`)
}

/** What regressed is run once more on the same tree: what passes then is flaky, and is named instead of held against the change. */
async function runAgain(
  bench: Bench,
  { place, suspects, label }: { place: Place; suspects: CheckComparison[]; label: string },
): Promise<CheckResult[]> {
  const ids = new Set(suspects.map(({ id }) => id))
  const checks = bench.snapshot.checks.filter(({ id }) => ids.has(id))
  return bench.runChecks(place, checks, `${label}/again`)
}
