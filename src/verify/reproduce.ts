// A test that is worth something fails without the change. This runs the changed tests on the sources of the base commit.
import { Fault } from '../errors.ts'
import type { Bench, Place } from '../prepare/bench.ts'
import type { TreeChange } from '../publish/publication.ts'
import { checksOnTests } from '../toolchain/commands.ts'
import type { CheckResult, TestCase } from '../toolchain/toolchain.ts'
import type { ExitCodes, ReproductionEvidence } from './report.ts'

export interface Reproduction {
  bench: Bench
  /** Where the change stands. */
  place: Place
  treeSha: string
  /** What the whole suite says with the change. */
  after: CheckResult[]
  /** Begin of the names of the logs. */
  label: string
}

/**
 * Undefined where there is nothing to run: no test changed, nothing but tests changed, or no command runs them.
 * Throws `infrastructure`/`install_failed`: these are the base's dependencies, which were installed before; that they cannot be now
 * says nothing of the change, and its author could not mend it.
 */
export async function reproduceOnBase(asked: Reproduction): Promise<ReproductionEvidence | undefined> {
  const { bench, place, treeSha, after, label } = asked
  const changes = await bench.workspace.changes(treeSha)
  const isTestChange = ({ path, blob }: TreeChange) => blob !== null && bench.isTest(path)
  const tests = changes.filter(isTestChange).map(({ path }) => path)
  if (tests.length === 0 || tests.length === changes.length) return undefined
  const checks = checksOnTests(bench.snapshot, tests)
  if (checks.length === 0) return undefined
  const sources = changes.filter((change) => !isTestChange(change)).map(({ path }) => path)
  await using bare = await bench.fresh(await bench.workspace.without(treeSha, sources))
  if (bare.installProblem !== undefined)
    throw new Fault(
      'infrastructure',
      'install_failed',
      `The dependencies were installed before, but not now, without the change: ${bare.installProblem}`,
    )
  const without = await bench.runChecks(bare, checks, `${label}/without-change`)
  // A suite may name no tests where some files alone would; then those are run on both trees.
  const alone = after.some(isSilentSuite) ? await bench.runChecks(place, checks, `${label}/with-change`) : []
  return namesTests([...after, ...alone]) && namesTests(without)
    ? compareByName({ before: bench.baseline.checks, without, after, alone })
    : compareByExitCode({ without, after: alone.length > 0 ? alone : after, suites: bench.snapshot.checks })
}

/** One package of several may be tested by a command that tells no names, beside others that do. */
function isSilentSuite({ name, tests }: CheckResult): boolean {
  return name === 'test' && tests === undefined
}

function namesTests(results: CheckResult[]): boolean {
  return results.some(({ tests }) => tests !== undefined)
}

interface Runs {
  before: CheckResult[]
  without: CheckResult[]
  after: CheckResult[]
  /** The changed tests with the change, where a suite does not name them. */
  alone: CheckResult[]
}

function compareByName({ before, without, after, alone }: Runs): ReproductionEvidence {
  const known = statusByName(before)
  const bare = statusByName(without)
  const changed = statusByName([...after, ...alone])
  const passing = passedIn([...after, ...alone])
  const broke = without.some((result) => brokeDown(result, changed))
  return {
    failsWithoutChange: passing.filter(
      (name) => bare.get(name) === 'failed' || (broke && !bare.has(name) && !known.has(name)),
    ),
    // Which tests did not pass before can only be told where a suite named its own on the base.
    passesWithoutChange: namesTests(before)
      ? passedIn(after).filter((name) => bare.get(name) === 'passed' && known.get(name) !== 'passed')
      : [],
  }
}

function passedIn(results: CheckResult[]): string[] {
  return [...statusByName(results)].filter(([, status]) => status === 'passed').map(([name]) => name)
}

interface CommandRuns {
  without: CheckResult[]
  after: CheckResult[]
  /** Commands that run whole suites. */
  suites: { line: string }[]
}

/** The command that runs the changed tests, on both trees. A whole suite that passes on both may not run them at all, and says nothing. */
function compareByExitCode({ without, after, suites }: CommandRuns): ReproductionEvidence | undefined {
  const whole = new Set(suites.map(({ line }) => line))
  const pairs = without.flatMap(({ id, line, exitCode, passed, timedOut }): ExitCodes[] => {
    const changed = after.find((result) => result.id === id)
    if (changed === undefined || timedOut || changed.timedOut) return []
    const shows = !passed && changed.passed
    return shows || !whole.has(line) ? [{ line, without: exitCode, with: changed.exitCode, shows }] : []
  })
  return pairs.length === 0 ? undefined : { failsWithoutChange: [], passesWithoutChange: [], exitCodes: pairs }
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
