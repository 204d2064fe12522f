// A test that is worth something fails without the change. This runs the changed tests on the sources of the base commit.
import type { Bench } from '../prepare/bench.ts'
import type { TreeChange } from '../publish/publication.ts'
import { checksOnTests } from '../toolchain/commands.ts'
import type { CheckResult, TestCase } from '../toolchain/toolchain.ts'
import type { ReproductionEvidence } from './report.ts'

export interface Reproduction {
  bench: Bench
  treeSha: string
  /** What the whole suite says with the change. */
  after: CheckResult[]
  /** Begin of the names of the logs. */
  label: string
}

/** Undefined where there is nothing to run: no test changed, or no runner that names its tests. */
export async function reproduceOnBase({
  bench,
  treeSha,
  after,
  label,
}: Reproduction): Promise<ReproductionEvidence | undefined> {
  const changes = await bench.workspace.changes(treeSha)
  const isTestChange = ({ path, blob }: TreeChange) => blob !== null && bench.isTest(path)
  const tests = changes.filter(isTestChange).map(({ path }) => path)
  if (tests.length === 0 || tests.length === changes.length) return undefined
  const checks = checksOnTests(bench.snapshot, tests).filter(({ report }) => report !== 'text')
  if (checks.length === 0) return undefined
  await using place = await bench.fresh(
    await bench.workspace.without(
      treeSha,
      changes.filter((change) => !isTestChange(change)).map(({ path }) => path),
    ),
  )
  if (place.installProblem !== undefined) return undefined
  const results = await bench.runChecks(place, checks, label)
  return compareByName({ before: bench.baseline.checks, without: results, after })
}

interface Runs {
  before: CheckResult[]
  without: CheckResult[]
  after: CheckResult[]
}

function compareByName({ before, without, after }: Runs): ReproductionEvidence | undefined {
  // Where only one of the two names its tests, there is nothing to compare.
  if ([without, after].some((results) => results.every(({ tests }) => tests === undefined))) return undefined
  const known = statusByName(before)
  const bare = statusByName(without)
  const changed = statusByName(after)
  const passing = [...changed].filter(([, status]) => status === 'passed').map(([name]) => name)
  const broke = without.some((result) => brokeDown(result, changed))
  return {
    failsWithoutChange: passing.filter(
      (name) => bare.get(name) === 'failed' || (broke && !bare.has(name) && !known.has(name)),
    ),
    passesWithoutChange: passing.filter((name) => bare.get(name) === 'passed' && !known.has(name)),
  }
}

/**
 * Red, and not because of a test that the changed tree has, too: a file could not be loaded without the change. Runners tell
 * that as a failure of the file itself, or not by name at all.
 */
function brokeDown({ passed, tests = [] }: CheckResult, changed: Map<string, TestCase['status']>): boolean {
  const failed = tests.filter(({ status }) => status === 'failed')
  return !passed && (failed.length === 0 || failed.some(({ name }) => !changed.has(name)))
}

function statusByName(results: CheckResult[]): Map<string, TestCase['status']> {
  return new Map(results.flatMap(({ tests }) => (tests ?? []).map(({ name, status }) => [name, status] as const)))
}
