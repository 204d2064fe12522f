// Stage 4 and what follows from it: may this be done, how far, and who has to be asked. Rules only.
import { extname } from 'node:path/posix'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { Risk, TaskContract } from '../task/contract.ts'
import type { BaseFacts } from '../task/task-host.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import { checkDefinition } from './check-definitions.ts'
import { type AutonomyMode, autonomyModes, type PolicyDecision } from './decision.ts'
import type { Decline, DeclineCode } from './decline.ts'
import { foldPath } from './fold-path.ts'
import { matchesAny } from './globs.ts'
import { nearestPaths } from './nearest-paths.ts'
import { mayWrite } from './paths.ts'
import type { Policy } from './policy-schema.ts'
import { atLeast, risksInPaths, risksInText, worse } from './risk.ts'

type Allowed = Extract<PolicyDecision, { kind: 'allowed' | 'approval_required' }>

const modeOfRisk: Record<Risk, AutonomyMode> = {
  low: 'autonomous_pr',
  medium: 'supervised_pr',
  high: 'draft_only',
  critical: 'analysis_only',
}

/** What has to hold before the result of a mode is published. */
const gatesOfMode: Record<AutonomyMode, string[]> = {
  autonomous_pr: ['diff_policy', 'secret_scan', 'checks', 'judge'],
  supervised_pr: ['diff_policy', 'secret_scan', 'checks', 'judge', 'reviewers'],
  draft_only: [
    'plan_approval',
    'diff_policy',
    'secret_scan',
    'checks',
    'judge',
    'reviewers',
    'owners',
    'risk_checklist',
  ],
  analysis_only: ['plan'],
}

/** On the contract alone, before anything is cloned. */
export function gate(contract: TaskContract, policy: Policy, facts: BaseFacts): PolicyDecision {
  const { risk, reasons } = riskOf(contract, policy)
  const decline = refusedPath(contract, policy) ?? refusedType(contract, policy) ?? refusedComplexity(contract, policy)
  if (decline !== undefined) return { kind: 'declined', decline, reasons: [...reasons, ...decline.evidence] }

  const mode = modeFor(contract, policy, risk)
  const approvals = approvalReasons(contract, policy, { risk, mode })
  const notes = facts.workflowsRunOnPush
    ? ['Workflows run on a push to any branch: unverified work stays a patch.']
    : []
  return {
    kind: approvals.length > 0 ? 'approval_required' : 'allowed',
    risk,
    mode,
    reasons: [...reasons, ...approvals, ...notes],
    gates: gatesOfMode[mode],
  }
}

export interface KnownRepository {
  contract: TaskContract
  decision: Allowed
  snapshot: RepositorySnapshot
  policy: Policy
  /** Tracked files at the base commit. */
  files: ReadonlySet<string>
  /** Programs that the checks need and the sandbox does not have. */
  missingTools?: string[]
}

/** Once more, on what the clone has shown. */
export function gateSnapshot(known: KnownRepository): PolicyDecision {
  const { decision, missingTools = [] } = known
  const decline =
    missingPaths(known) ??
    (missingTools.length > 0
      ? declined('tool_missing', [`Not on this machine: ${missingTools.join(', ')}.`])
      : undefined) ??
    thinTests(known)
  return decline === undefined ? decision : { kind: 'declined', decline, reasons: decline.evidence }
}

export type PlanDecision =
  | { kind: 'ok' }
  | { kind: 'approval_required'; reasons: string[] }
  | { kind: 'declined'; decline: Decline }

/** On the plan, again whenever it changes. `knownFiles`: tracked files at the base commit. */
export function gatePlan(
  plan: ImplementationPlan,
  contract: TaskContract,
  options: { policy: Policy; knownFiles: ReadonlySet<string> },
): PlanDecision {
  const { policy, knownFiles } = options
  const { modifications } = plan
  if (!plan.feasible) return { kind: 'declined', decline: infeasible(plan) }
  const refused = modifications.flatMap(({ path }) => refusalOf(path, policy))
  if (refused.length > 0) return { kind: 'declined', decline: declined('protected_path', refused) }
  const absent = modifications.filter(({ path, kind }) => kind !== 'create' && !knownFiles.has(path))
  if (absent.length > 0) {
    return {
      kind: 'declined',
      decline: declined(
        'path_missing',
        absent.map(({ path }) => lostPath(path, knownFiles)),
      ),
    }
  }
  const size = sizeReasons(plan, policy)
  if (size.length > 0 && policy.approval.size === 'decline') {
    return { kind: 'declined', decline: declined('too_large', size) }
  }
  const reasons = [...size, ...planRisks(plan, contract, policy), ...removals(plan)]
  return reasons.length > 0 ? { kind: 'approval_required', reasons } : { kind: 'ok' }
}

function riskOf(contract: TaskContract, policy: Policy): { risk: Risk; reasons: string[] } {
  const told = [contract.objective, ...contract.acceptanceCriteria].join('\n')
  const signals = [
    ...(contract.signals ?? []),
    ...risksInText(told),
    ...risksInPaths(contract.affectedFiles),
    { risk: policy.sensitivity, reason: `the policy says sensitivity: ${policy.sensitivity}` },
  ]
  const byRule = signals.map(({ risk }) => risk).reduce(worse, leastRisk(contract))
  const risk = worse(byRule, contract.risk)
  if (risk === 'low')
    return { risk, reasons: [`Risk low: a ${inWords(contract.taskType)} task without a sensitive subject.`] }
  const raising = signals.filter((signal) => signal.risk === risk).map(({ reason }) => reason)
  const why =
    raising.length > 0 ? [...new Set(raising)] : [`a ${inWords(contract.taskType)} task, judged ${risk} by the analyst`]
  return { risk, reasons: why.map((reason) => `Risk ${risk}: ${reason}.`) }
}

function inWords(taskType: TaskContract['taskType']): string {
  return taskType.replaceAll('_', ' ')
}

/** Only documents and tests are low by kind; a change to what runs is not. */
function leastRisk({ taskType }: TaskContract): Risk {
  return taskType === 'documentation' || taskType === 'test' ? 'low' : 'medium'
}

function refusedPath({ affectedFiles }: TaskContract, policy: Policy): Decline | undefined {
  // Mentioned files are candidates, not orders: only a task that names nothing else cannot be done elsewhere.
  const refused = affectedFiles.flatMap((path) => {
    const verdict = mayWrite(path.replace(/\/$/, ''), policy)
    // An issue also names folders, which have no extension: where to look is not what is written.
    const folder = !verdict.allowed && verdict.rule === 'extension' && extname(path) === ''
    return verdict.allowed || folder ? [] : [verdict.message]
  })
  return refused.length > 0 && refused.length === affectedFiles.length ? declined('protected_path', refused) : undefined
}

function refusalOf(path: string, policy: Policy): string[] {
  const verdict = mayWrite(path, policy)
  return verdict.allowed ? [] : [verdict.message]
}

function refusedType({ taskType }: TaskContract, policy: Policy): Decline | undefined {
  return policy.modes[taskType] === 'decline'
    ? declined('task_type_not_allowed', [
        `This is a ${inWords(taskType)} task; the policy says modes.${taskType}: decline.`,
      ])
    : undefined
}

function refusedComplexity({ complexity, objective }: TaskContract, policy: Policy): Decline | undefined {
  return complexity === 'high' && policy.complexity === 'decline'
    ? declined('too_complex', [`As understood: ${objective}`, 'Complexity: high.'])
    : undefined
}

/** The stricter of what the risk asks and what the policy allows for this kind of task. */
function modeFor({ taskType }: TaskContract, policy: Policy, risk: Risk): AutonomyMode {
  const byRisk = modeOfRisk[risk]
  const wished = policy.modes[taskType]
  if (wished === 'by_risk' || wished === 'decline') return byRisk
  return autonomyModes.indexOf(wished) > autonomyModes.indexOf(byRisk) ? wished : byRisk
}

function approvalReasons(
  contract: TaskContract,
  { approval, complexity }: Policy,
  { risk, mode }: { risk: Risk; mode: AutonomyMode },
): string[] {
  // Nothing is executed, so there is nothing to approve.
  if (mode === 'analysis_only') return []
  const reasons: string[] = []
  if (atLeast(risk, approval.risk))
    reasons.push(`A plan of risk ${risk} needs approval (approval.risk: ${approval.risk}).`)
  else if (mode === 'draft_only') reasons.push('The mode draft_only asks for approval of the plan.')
  if (contract.complexity === 'high' && complexity === 'approval') {
    reasons.push('The task is complex (complexity: approval).')
  }
  const listed = contract.affectedFiles.filter((path) => matchesAny(path, approval.paths, foldPath))
  if (listed.length > 0) reasons.push(`approval.paths lists ${listed.join(', ')}.`)
  return reasons
}

/** A repair or a refactoring needs something that is there; other tasks may create what they name. */
function missingPaths({ contract, files }: KnownRepository): Decline | undefined {
  const { affectedFiles, taskType } = contract
  if (affectedFiles.length === 0 || (taskType !== 'bug_fix' && taskType !== 'refactor')) return undefined
  const all = [...files]
  const exists = (path: string) =>
    files.has(path) || all.some((file) => file.endsWith(`/${path}`) || file.startsWith(`${path.replace(/\/$/, '')}/`))
  if (affectedFiles.some(exists)) return undefined
  return declined(
    'path_missing',
    affectedFiles.slice(0, 5).map((path) => lostPath(path, files)),
  )
}

function lostPath(path: string, files: ReadonlySet<string>): string {
  const near = nearestPaths(path, files)
  return `There is no ${path}.${near.length > 0 ? ` Close to it: ${near.join(', ')}.` : ''}`
}

function thinTests({ contract, snapshot, policy }: KnownRepository): Decline | undefined {
  if (snapshot.checks.some(({ name }) => name === 'test')) return undefined
  if (contract.taskType === 'documentation' || policy.thinTests === 'unverified') return undefined
  if (snapshot.checks.length > 0 && policy.thinTests === 'allow') return undefined
  const found = snapshot.checks.map(({ line }) => line).join(', ')
  return declined('no_checks', [
    `No command that runs tests was found${found === '' ? ', and no other check' : `; only: ${found}`}.`,
    ...(snapshot.languages.length > 0 ? [`Languages: ${snapshot.languages.join(', ')}.`] : []),
  ])
}

function infeasible({ questions, summary }: ImplementationPlan): Decline {
  return declined('not_feasible', [summary, ...questions])
}

function sizeReasons({ modifications }: ImplementationPlan, { limits }: Policy): string[] {
  const files = new Set(modifications.map(({ path }) => path)).size
  const lines = modifications.reduce((sum, { estimatedLines }) => sum + estimatedLines, 0)
  return [
    ...(files > limits.files ? [`The plan touches ${files} files; limits.files is ${limits.files}.`] : []),
    ...(lines > limits.addedLines
      ? [`The plan adds about ${lines} lines; limits.addedLines is ${limits.addedLines}.`]
      : []),
  ]
}

/** What would excuse a vanished test is not the model's to decide. */
function removals({ removedTests }: ImplementationPlan): string[] {
  return removedTests.map(({ name, reason }) => `The plan removes the test "${name}": ${reason}`)
}

function planRisks({ modifications }: ImplementationPlan, contract: TaskContract, { approval }: Policy): string[] {
  const paths = modifications.map(({ path }) => path)
  const agreed = new Set(contract.affectedFiles)
  const sensitive = risksInPaths(paths).map(({ risk, reason }) => `Risk ${risk}: ${reason}.`)
  const listed = paths.filter((path) => matchesAny(path, approval.paths, foldPath))
  const definitions = paths.filter((path) => !agreed.has(path) && isPlainDefinition(path))
  return [
    ...sensitive,
    ...listed.map((path) => `approval.paths lists ${path}.`),
    ...definitions.map((path) => `${path} is ${checkDefinition(path)}, and the issue does not ask to change it.`),
  ]
}

/** A manifest changes for a dependency, too; what it does to the checks is judged on the patch. */
function isPlainDefinition(path: string): boolean {
  const what = checkDefinition(path)
  return what !== undefined && what !== 'package manifest'
}

function declined(code: DeclineCode, evidence: string[]): Decline {
  return { code, evidence }
}
