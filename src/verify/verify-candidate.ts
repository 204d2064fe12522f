// Stage 9: exit codes and test names decide, in a fresh work tree of exactly the tree that would be published.
import { Fault } from '../errors.ts'
import type { Candidate } from '../execute/candidate.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { checkDefinition } from '../policy/check-definitions.ts'
import type { Bench, Place } from '../prepare/bench.ts'
import type { TreeChange } from '../publish/publication.ts'
import { type RunContext, stage } from '../run-context.ts'
import { compareChecks } from '../toolchain/compare.ts'
import type { CheckResult } from '../toolchain/toolchain.ts'
import { diffViolations } from './diff-policy.ts'
import type { CheckComparison, ReproductionEvidence, VerificationReport } from './report.ts'
import { reproduceOnBase } from './reproduce.ts'
import { scanForSecrets } from './secret-scan.ts'

/** Never throws for what the checks say; the report tells whether the candidate stands. */
export async function verifyCandidate(
  run: RunContext,
  task: PlannedTask,
  { round, candidate }: { round: number; candidate: Candidate },
): Promise<VerificationReport> {
  return stage(run, 'verify', {
    round,
    input: {
      treeSha: candidate.treeSha,
      baseline: task.bench.baseline.checks.map(({ id, exitCode }) => [id, exitCode]),
    },
    work: () => verify(task, candidate, round),
    note: describe,
    failed: ({ verified }) => !verified,
  })
}

async function verify(task: PlannedTask, { treeSha }: Candidate, round: number): Promise<VerificationReport> {
  const { bench, policy, plan, contract } = task
  const changes = await bench.workspace.changes(treeSha)
  const ran = changes.length === 0 ? nothingRan : await runAll(bench, { plan, treeSha, round })
  const { checks, reproduction, testsByName, installProblem } = ran
  const violations = diffViolations(changes, policy)
  const secrets = await scanForSecrets(changes.flatMap(textOf))
  const beyondRepair = ran === nothingRan ? [] : [...unproven(checks, task), ...(await oversized(task, treeSha))]
  const problems = [
    ...beyondRepair,
    ...(changes.length === 0 ? ['No file was changed.'] : []),
    ...(installProblem === undefined ? [] : [`The dependencies cannot be installed: ${installProblem}`]),
    ...checks.flatMap(problemOf),
    ...violations.map(({ path, rule }) => `${path} must not be changed (${rule}).`),
    ...secrets.map(({ path, line, rule }) => `${path}:${line} looks like a secret (${rule}).`),
    ...(changes.length === 0 || installProblem !== undefined
      ? []
      : untested({ reproduction, isDefect: contract.taskType === 'bug_fix', testsByName })),
  ]
  return {
    treeSha,
    baseCommit: bench.workspace.baseCommit,
    verified: problems.length === 0,
    checks,
    reproduction,
    secrets,
    violations,
    problems,
    beyondRepair,
    notVerified: notVerified(checks),
    sandbox: bench.sandbox,
  }
}

interface Ran {
  checks: CheckComparison[]
  reproduction: ReproductionEvidence | undefined
  testsByName: boolean
  installProblem: string | undefined
}

/** A tree that equals the base has nothing to be measured. */
const nothingRan: Ran = { checks: [], reproduction: undefined, testsByName: false, installProblem: undefined }

async function runAll(
  bench: Bench,
  { plan, treeSha, round }: { plan: ImplementationPlan; treeSha: string; round: number },
): Promise<Ran> {
  const label = `verify-${round + 1}`
  await using place = await bench.fresh(treeSha)
  // Awaited here: it would reject while the place is being given back, and nobody would be listening yet.
  if (place.installProblem !== undefined)
    return await withoutDependencies(bench, { treeSha, problem: place.installProblem })
  const before = bench.baseline.checks
  const removed = plan.removedTests.map(({ name }) => name)
  const after = await bench.runChecks(place, bench.snapshot.checks, label)
  const first = compareChecks(before, after, removed)
  const rerun = await runAgain(bench, { place, suspects: first.filter(({ regressed }) => regressed), label })
  return {
    checks: rerun.length === 0 ? first : compareChecks(before, after, removed, { rerun }),
    reproduction: await reproduceOnBase({ bench, treeSha, after, label: `${label}/without-change` }),
    testsByName: after.some(({ tests }) => tests !== undefined),
    installProblem: undefined,
  }
}

/** Where no manifest changed, the registry or the network failed, and nobody's change: the queue tries again. */
async function withoutDependencies(
  bench: Bench,
  { treeSha, problem }: { treeSha: string; problem: string },
): Promise<Ran> {
  const changed = await bench.workspace.changes(treeSha)
  if (changed.some(({ path }) => checkDefinition(path) === 'package manifest'))
    return { ...nothingRan, installProblem: problem }
  throw new Fault('infrastructure', 'install_failed', `The dependencies were installed before, but not now: ${problem}`)
}

/** Why nothing shows that the change stands, whatever its author does: checks that say nothing prove nothing. */
function unproven(checks: CheckComparison[], { policy, contract }: PlannedTask): string[] {
  const says = ({ after }: CheckComparison) => after.passed || (after.counts?.passed ?? 0) > 0
  if (!checks.some((check) => check.required && says(check)))
    return ['No required check of this repository passes on the change, so nothing shows that it stands.']
  if (checks.some((check) => check.name === 'test' && says(check))) return []
  return contract.taskType === 'documentation' || policy.thinTests === 'allow'
    ? []
    : ['No test could be run on the change, and the policy does not let other checks suffice (thinTests).']
}

/** The plan's size was an estimate; this is what the change came to. */
async function oversized({ bench, policy }: PlannedTask, treeSha: string): Promise<string[]> {
  const { files, addedLines } = await bench.workspace.diff(treeSha)
  const { limits } = policy
  return [
    ...(files.length > limits.files
      ? [`The change touches ${files.length} files; limits.files is ${limits.files}.`]
      : []),
    ...(addedLines > limits.addedLines
      ? [`The change adds ${addedLines} lines; limits.addedLines is ${limits.addedLines}.`]
      : []),
  ]
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

function textOf({ path, blob }: TreeChange): { path: string; text: string }[] {
  return blob === null || blob.content.includes(0) ? [] : [{ path, text: blob.content.toString('utf8') }]
}

function problemOf({ id, line, required, regressed, broken, after }: CheckComparison): string[] {
  if (!regressed || !required) return []
  if (after.timedOut) return [`${id} (${line}) ran out of time.`]
  if (broken.length > 0)
    return [
      `${id} (${line}) breaks ${broken.length} test${broken.length === 1 ? '' : 's'}: ${broken.slice(0, 5).join('; ')}`,
    ]
  return [`${id} (${line}) ended with exit code ${after.exitCode ?? 'none'}.`]
}

/** A mended defect needs a test that fails without the change, wherever tests can be told apart by name. */
function untested(facts: {
  reproduction: ReproductionEvidence | undefined
  isDefect: boolean
  testsByName: boolean
}): string[] {
  if (!facts.isDefect || !facts.testsByName) return []
  if ((facts.reproduction?.failsWithoutChange.length ?? 0) > 0) return []
  return ['No test fails without the change and passes with it, so nothing shows that the defect is mended.']
}

function notVerified(checks: CheckComparison[]): string[] {
  const names = new Set(checks.map(({ name }) => name))
  const absent = (['typecheck', 'lint', 'format'] as const).filter((name) => !names.has(name))
  const red = checks
    .filter(({ before, after }) => !before.passed && !after.passed)
    .map(({ id }) => `${id} failed before the change and still fails`)
  const nameless = checks
    .filter(({ name, after }) => name === 'test' && after.counts === undefined)
    .map(({ id, line }) => `${id} (${line}) names no tests: only its exit code was compared`)
  return [...absent.map((name) => `this repository has no ${name} command`), ...nameless, ...red]
}

function describe({ verified, checks, problems }: VerificationReport): string {
  if (!verified) return problems[0] ?? 'not verified'
  const added = checks.reduce((sum, check) => sum + check.added.length, 0)
  return `${checks.length} check${checks.length === 1 ? ' passes' : 's pass'}${added > 0 ? `, ${added} new test${added === 1 ? '' : 's'}` : ''}`
}
