// Stage 9: exit codes and test names decide, in a fresh work tree of exactly the tree that would be published.
import type { Candidate } from '../execute/candidate.ts'
import { amendedPlan } from '../plan/amend-plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { oversize } from '../policy/change-size.ts'
import type { TreeChange } from '../publish/publication.ts'
import { type RunContext, stage } from '../run-context.ts'
import { type CheckName, checkNames } from '../toolchain/toolchain.ts'
import { type CriterionEvidence, criteriaEvidence } from './criteria-evidence.ts'
import { diffViolations } from './diff-policy.ts'
import { type Measured, measureChange, nothingMeasured } from './measure-change.ts'
import { isDemonstrated, notVerified } from './not-verified.ts'
import { type CheckComparison, type ReproductionEvidence, showsDefect, type VerificationReport } from './report.ts'
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

async function verify(task: PlannedTask, candidate: Candidate, round: number): Promise<VerificationReport> {
  const { treeSha } = candidate
  const { bench, policy, plan, contract } = task
  const changes = await bench.workspace.changes(treeSha)
  const removedTests = plan.removedTests.map(({ name }) => name)
  const measured =
    changes.length === 0
      ? nothingMeasured
      : await measureChange(bench, { treeSha, removedTests, label: `verify-${round + 1}` })
  const { checks, reproduction, tests, installProblem } = measured
  const violations = diffViolations(changes, policy)
  const secrets = await scanForSecrets(changes.flatMap(textOf))
  const beyondRepair =
    measured === nothingMeasured ? [] : [...unproven(checks, task), ...(await oversized(task, treeSha))]
  const unshown =
    changes.length === 0 || installProblem !== undefined
      ? []
      : untested({ reproduction, isDefect: contract.taskType === 'bug_fix', testsByName: tests !== undefined })
  const problems = [
    ...beyondRepair,
    ...(changes.length === 0 ? ['No file was changed.'] : []),
    ...(installProblem === undefined ? [] : [`The dependencies cannot be installed: ${installProblem}`]),
    ...checks.flatMap(problemOf),
    ...violations.map(({ path, rule }) => `${path} must not be changed (${rule}).`),
    ...secrets.map(({ path, line, rule }) => `${path}:${line} looks like a secret (${rule}).`),
    ...unshown,
  ]
  const criteria = criteriaOf(task, candidate, measured)
  return {
    treeSha,
    baseCommit: bench.workspace.baseCommit,
    verified: problems.length === 0,
    checks,
    reproduction,
    ...(criteria.length > 0 && { criteria }),
    secrets,
    violations,
    problems,
    beyondRepair,
    notVerified: notVerified(task, {
      checks,
      criteria,
      undemonstrated: unshown.length === 0 && !isDemonstrated(task, reproduction),
    }),
    missingChecks: missingChecks(checks),
    sandbox: bench.sandbox,
  }
}

function criteriaOf(
  { contract, plan }: PlannedTask,
  { amendments }: Candidate,
  { checks, reproduction, tests = [] }: Measured,
): CriterionEvidence[] {
  const { modifications } = amendedPlan(plan, amendments)
  return criteriaEvidence({ criteria: contract.acceptanceCriteria, modifications, checks, reproduction, tests })
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
async function oversized({ bench, policy, plan, approved }: PlannedTask, treeSha: string): Promise<string[]> {
  const { files, addedLines } = await bench.workspace.diff(treeSha)
  return oversize({ files: files.length, addedLines }, policy, approved ? plan : undefined)
}

/** Without NULs: one of them does not make a file unreadable, and UTF-16 has one in every other place. */
function textOf({ path, blob }: TreeChange): { path: string; text: string }[] {
  return blob === null ? [] : [{ path, text: blob.content.toString('utf8').replaceAll('\0', '') }]
}

function problemOf({ id, line, required, regressed, broken, findings, after }: CheckComparison): string[] {
  if (!regressed || !required) return []
  if (after.timedOut) return [`${id} (${line}) ran out of time.`]
  if (broken.length > 0)
    return [
      `${id} (${line}) breaks ${broken.length} test${broken.length === 1 ? '' : 's'}: ${broken.slice(0, 5).join('; ')}`,
    ]
  const { added = [] } = findings ?? {}
  if (added.length > 0)
    return [`${id} (${line}) was red before and finds ${added.length} more: ${added.slice(0, 5).join('; ')}`]
  return [`${id} (${line}) ended with exit code ${after.exitCode ?? 'none'}.`]
}

/** A mended defect needs a test that fails without the change, wherever the tests of the repository can be told apart, by name or by command. */
function untested(facts: {
  reproduction: ReproductionEvidence | undefined
  isDefect: boolean
  testsByName: boolean
}): string[] {
  if (!facts.isDefect || !(facts.testsByName || facts.reproduction)) return []
  if (facts.reproduction !== undefined && showsDefect(facts.reproduction)) return []
  return ['No test fails without the change and passes with it, so nothing shows that the defect is mended.']
}

function missingChecks(checks: CheckComparison[]): CheckName[] {
  const names = new Set(checks.map(({ name }) => name))
  return checkNames.filter((name) => name !== 'test' && !names.has(name))
}

function describe({ verified, checks, problems }: VerificationReport): string {
  if (!verified) return problems[0] ?? 'not verified'
  const added = checks.reduce((sum, check) => sum + check.added.length, 0)
  return `${checks.length} check${checks.length === 1 ? ' passes' : 's pass'}${added > 0 ? `, ${added} new test${added === 1 ? '' : 's'}` : ''}`
}
