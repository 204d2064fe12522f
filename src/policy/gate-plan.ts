// The gate on a plan: what it touches, how large it is, and what that makes of the decision on the contract. Rules only.
import type { ImplementationPlan } from '../plan/plan.ts'
import type { TaskContract } from '../task/contract.ts'
import { approvalsOf, modeFor, type Permitted, permit, stricter } from './autonomy.ts'
import { plannedSize } from './change-size.ts'
import { checkDefinition } from './check-definitions.ts'
import { raised, riskInWords } from './contract-risk.ts'
import type { PolicyDecision } from './decision.ts'
import type { Decline, DeclineCode } from './decline.ts'
import { foldPath } from './fold-path.ts'
import { matchesAny } from './globs.ts'
import { lostPath } from './nearest-paths.ts'
import { mayChange } from './paths.ts'
import type { Limits, Policy } from './policy-schema.ts'
import { type PublicFiles, risksInSurface } from './public-surface.ts'
import { type RiskSignal, risksInPaths, worse } from './risk.ts'
import { lowered, onUntested, wasLowered } from './thin-tests.ts'

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
  const refused = modifications.flatMap(({ path }) => refusalOf(path, contract, policy))
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
  const sensitive = planRisks(plan, contract).map(({ risk, reason }) => `Risk ${risk}: ${reason}.`)
  const reasons = [...sensitive, ...planApprovals(plan, contract, policy)]
  return reasons.length > 0 ? { kind: 'approval_required', reasons } : { kind: 'ok' }
}

export interface PlanFacts {
  policy: Policy
  /** On the contract, or on the plan before it was amended. */
  decision: Permitted
  /** Tracked files at the base commit. */
  knownFiles: ReadonlySet<string>
  /** Of the deployment: nobody can agree to more. */
  ceilings: Pick<Limits, 'files' | 'addedLines'>
  /** Left out: nobody imports anything. */
  publicFiles?: PublicFiles
  /** Changed files that no test is near; left out: none. */
  untested?: string[]
}

/**
 * The decision on the contract, raised by what the plan touches and by its size; never lowered. A person who looks
 * at it sees one decision, whatever raised it.
 */
export function decideOnPlan(
  plan: ImplementationPlan,
  contract: TaskContract,
  { policy, decision, knownFiles, ceilings, publicFiles = new Map(), untested = [] }: PlanFacts,
): PolicyDecision {
  const gated = gatePlan(plan, contract, { policy, knownFiles })
  const thin = onUntested(plan, { policy, untested })
  const decline = gated.kind === 'declined' ? gated.decline : (tooLarge(plan, ceilings) ?? thin.decline)
  if (decline !== undefined) return { kind: 'declined', decline, reasons: decline.evidence }
  const signals = [...planRisks(plan, contract), ...risksInSurface(plan.modifications, publicFiles)]
  const risk = signals.reduce((worst, signal) => worse(worst, signal.risk), decision.risk)
  const byRisk = stricter(decision.mode, modeFor(contract, policy, risk))
  const mode = thin.lowered === undefined || wasLowered(decision) ? byRisk : lowered(byRisk)
  const before = risk === decision.risk ? decision.reasons : []
  return permit(
    {
      risk,
      mode,
      reasons: [
        ...new Set([
          ...before,
          ...(raised(risk, signals)?.reasons ?? []),
          ...(thin.lowered === undefined ? [] : [thin.lowered]),
        ]),
      ],
      approvals: [
        ...approvalsOf(contract, policy),
        ...planApprovals(plan, contract, policy),
        ...(decision.overBudget === undefined ? [] : [decision.overBudget]),
      ],
      notes: decision.notes,
    },
    policy,
  )
}

function refusalOf(path: string, contract: TaskContract, policy: Policy): string[] {
  const verdict = mayChange(path, contract, policy)
  return verdict.allowed ? [] : [verdict.message]
}

function infeasible({ questions, summary }: ImplementationPlan): Decline {
  return declined('not_feasible', [summary, ...questions])
}

function sizeReasons(plan: ImplementationPlan, { limits }: Policy): string[] {
  const { files, addedLines } = plannedSize(plan)
  return [
    ...(files > limits.files ? [`The plan touches ${files} files; limits.files is ${limits.files}.`] : []),
    ...(addedLines > limits.addedLines
      ? [`The plan adds about ${addedLines} lines; limits.addedLines is ${limits.addedLines}.`]
      : []),
  ]
}

/** The one limit that no approval lifts. */
function tooLarge(plan: ImplementationPlan, ceilings: PlanFacts['ceilings']): Decline | undefined {
  const { files, addedLines } = plannedSize(plan)
  const above = (what: string, most: number) => `${what}; this deployment allows at most ${most}, whoever approves.`
  const found = [
    ...(files > ceilings.files ? [above(`The plan touches ${files} files`, ceilings.files)] : []),
    ...(addedLines > ceilings.addedLines
      ? [above(`The plan adds about ${addedLines} lines`, ceilings.addedLines)]
      : []),
  ]
  return found.length > 0 ? declined('too_large', found) : undefined
}

/** What would excuse a vanished test is not the model's to decide. */
function removals({ removedTests }: ImplementationPlan): string[] {
  return removedTests.map(({ name, reason }) => `The plan removes the test "${name}": ${reason}`)
}

/** What the paths of a plan tell, and the words of a task of documents that turns out to be none. */
function planRisks({ modifications }: ImplementationPlan, contract: TaskContract): RiskSignal[] {
  const paths = modifications.map(({ path }) => path)
  const known = new Set(riskInWords(contract, []).map(({ reason }) => reason))
  return [...risksInPaths(paths), ...riskInWords(contract, paths).filter(({ reason }) => !known.has(reason))]
}

/** What a plan needs approval for, apart from its risk. */
function planApprovals(plan: ImplementationPlan, { affectedFiles }: TaskContract, policy: Policy): string[] {
  const paths = plan.modifications.map(({ path }) => path)
  const listed = paths.filter((path) => matchesAny(path, policy.approval.paths, foldPath))
  const definitions = paths.filter((path) => !affectedFiles.includes(path) && isPlainDefinition(path))
  return [
    ...sizeReasons(plan, policy),
    ...listed.map((path) => `The policy asks for approval of changes to ${path} (approval.paths).`),
    ...definitions.map((path) => `${path} is ${checkDefinition(path)}, and the issue does not ask to change it.`),
    ...removals(plan),
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
