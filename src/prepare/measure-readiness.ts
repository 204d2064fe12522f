// Takes a bench and tells whether changes can be verified on it.
import type { Policy } from '../policy/policy.ts'
import type { BaseFacts } from '../task/task-host.ts'
import type { CheckCommand, CheckResult, RepositorySnapshot } from '../toolchain/toolchain.ts'
import type { Baseline, Bench } from './bench.ts'
import { improvementsOf } from './improvements.ts'
import { type Preparing, prepareBench } from './prepare-bench.ts'
import { type CommandOutcome, type Found, type Readiness, type ReadinessCommand, says } from './readiness.ts'

/** Tests that take no longer are run twice, so that flaky ones show. */
const repeatedMs = 120_000

/** Prepares a bench, measures, and leaves nothing behind. Throws what `prepareBench` throws. */
export async function readinessOf(
  run: Preparing,
  at: { facts: Pick<BaseFacts, 'baseCommit'>; policy: Policy },
): Promise<Readiness> {
  await using bench = await prepareBench(run, at)
  // Awaited here: else the bench would be gone before the tests have run again.
  return await measureReadiness(bench)
}

/** Runs the tests once more where that is cheap or some failed. Throws what the bench throws. */
async function measureReadiness(bench: Bench): Promise<Readiness> {
  const { snapshot, baseline, sandbox } = bench
  const repeated = baseline.checks.filter(
    ({ name, passed, durationMs, timedOut }) => name === 'test' && !timedOut && (!passed || durationMs <= repeatedMs),
  )
  const ids = new Set(repeated.map(({ id }) => id))
  const again = await bench.runChecks(
    bench,
    snapshot.checks.filter(({ id }) => ids.has(id)),
    'again',
  )
  return describeReadiness({ snapshot, baseline, again, sandbox })
}

export interface Measured {
  snapshot: RepositorySnapshot
  baseline: Baseline
  /** Checks that were run a second time on the same tree. */
  again: CheckResult[]
  sandbox: string
}

export function describeReadiness({ snapshot, baseline, again, sandbox }: Measured): Readiness {
  const { missingTools, installProblem } = baseline
  // What an install that failed would have brought is not missing on the machine.
  const ofMachine = new Set(snapshot.ecosystems.flatMap(({ tools }) => tools))
  const found: Found = {
    languages: snapshot.languages,
    buildSystems: snapshot.buildSystems,
    packages: snapshot.packages.map(({ name, folder }) => ({ name, folder })),
    files: snapshot.fileCount,
    commands: [...installs(snapshot), ...snapshot.checks.map((check) => command(check, baseline, again))],
    missingTools: missingTools.filter((tool) => installProblem === undefined || ofMachine.has(tool)),
    ...(installProblem === undefined ? {} : { installProblem }),
    sandbox,
    testFiles: snapshot.testLayout.files,
    testFolders: snapshot.testLayout.folders,
    instructions: [...snapshot.instructions, ...snapshot.nestedInstructions].map(({ path }) => path),
    owners: snapshot.owners.some(({ owners }) => owners.length > 0),
    notes: snapshot.notes,
  }
  return { verdict: verdictOn(found), ...found, improvements: improvementsOf(found) }
}

function installs({ installs: found }: RepositorySnapshot): ReadinessCommand[] {
  return found.map(({ line, cwd, from, certainty, required }, index) => ({
    id: found.length === 1 ? 'install' : `install:${index + 1}`,
    kind: 'install',
    line,
    cwd,
    from,
    certainty,
    required,
  }))
}

function command(check: CheckCommand, { checks }: Baseline, again: CheckResult[]): ReadinessCommand {
  const { id, name, line, cwd, from, certainty, required } = check
  const first = checks.find((result) => result.id === id)
  const second = again.find((result) => result.id === id)
  return {
    ...{ id, kind: name, line, cwd, from, certainty, required },
    ...(first === undefined ? {} : { result: outcome(first, second) }),
  }
}

function outcome(first: CheckResult, second: CheckResult | undefined): CommandOutcome {
  const { passed, exitCode, timedOut, durationMs, tests } = first
  const later = new Map((second?.tests ?? []).map(({ name, status }) => [name, status]))
  const differs = (tests ?? []).filter(({ name, status }) => later.has(name) && later.get(name) !== status)
  const flaky = differs.map(({ name }) => name)
  const failed = (tests ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name)
  const count = (status: string) => (tests ?? []).filter((test) => test.status === status).length
  return {
    ...{ passed, exitCode, timedOut, durationMs },
    ...(tests && { counts: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') } }),
    failing: failed.filter((name) => !flaky.includes(name)),
    flaky,
    unsteady: second !== undefined && second.passed !== passed,
    ...(passed || failed.length > 0 ? {} : { said: first.summary.slice(-1_000) }),
  }
}

function verdictOn(found: Found): Readiness['verdict'] {
  const tests = found.commands.filter(({ kind }) => kind === 'test')
  if (found.missingTools.length > 0 || found.installProblem !== undefined || !tests.some(says)) return 'not_ready'
  const whole = tests.every(
    ({ result }) => result?.passed && result.counts !== undefined && result.flaky.length === 0 && !result.unsteady,
  )
  return whole ? 'ready' : 'limited'
}
