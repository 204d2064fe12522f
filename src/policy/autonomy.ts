// From a risk to how far a run goes by itself: the table of autonomy modes, as code.
import type { Risk, TaskContract } from '../task/contract.ts'
import { type AutonomyMode, autonomyModes, type Gate, type PolicyDecision } from './decision.ts'
import { foldPath } from './fold-path.ts'
import { matchesAny } from './globs.ts'
import type { Policy } from './policy-schema.ts'
import { atLeast } from './risk.ts'

export type Permitted = Exclude<PolicyDecision, { kind: 'declined' }>

const modeOfRisk: Record<Risk, AutonomyMode> = {
  low: 'autonomous_pr',
  medium: 'supervised_pr',
  high: 'draft_only',
  critical: 'analysis_only',
}

const gatesOfMode: Record<AutonomyMode, Gate[]> = {
  autonomous_pr: ['diff_policy', 'secret_scan', 'checks', 'judge'],
  supervised_pr: ['diff_policy', 'secret_scan', 'checks', 'judge', 'reviewers'],
  draft_only: ['diff_policy', 'secret_scan', 'checks', 'judge', 'reviewers', 'owners', 'risk_checklist'],
  analysis_only: ['plan'],
}

/** The stricter of what the risk asks and what the policy allows for this kind of task. */
export function modeFor({ taskType }: TaskContract, policy: Policy, risk: Risk): AutonomyMode {
  const byRisk = modeOfRisk[risk]
  const wished = policy.modes[taskType]
  if (wished === 'by_risk' || wished === 'decline') return byRisk
  return stricter(wished, byRisk)
}

export function stricter(a: AutonomyMode, b: AutonomyMode): AutonomyMode {
  return autonomyModes.indexOf(a) >= autonomyModes.indexOf(b) ? a : b
}

/** What a contract needs approval for, apart from its risk. */
export function approvalsOf({ complexity, affectedFiles }: TaskContract, policy: Policy): string[] {
  const listed = affectedFiles.filter((path) => matchesAny(path, policy.approval.paths, foldPath))
  return [
    ...(complexity === 'high' ? ['The task is complex (complexity: approval).'] : []),
    ...(listed.length > 0 ? [`The policy asks for approval of changes to ${listed.join(', ')} (approval.paths).`] : []),
  ]
}

export interface Ruling {
  risk: Risk
  mode: AutonomyMode
  /** Why the risk is what it is. */
  reasons: string[]
  /** Why somebody has to be asked, apart from the risk itself. */
  approvals: string[]
  /** What else the reader has to know. */
  notes: string[]
}

/** The decision that follows from a risk, a mode, and what else needs approval. */
export function permit({ risk, mode, reasons, approvals, notes }: Ruling, { approval }: Policy): Permitted {
  // Nothing is executed, so there is nothing to approve.
  const asked = mode === 'analysis_only' ? [] : [...approvalByRisk(risk, mode, approval.risk), ...new Set(approvals)]
  return {
    kind: asked.length > 0 ? 'approval_required' : 'allowed',
    risk,
    mode,
    reasons,
    approvals: asked,
    notes,
    gates: asked.length > 0 ? ['plan_approval', ...gatesOfMode[mode]] : gatesOfMode[mode],
  }
}

function approvalByRisk(risk: Risk, mode: AutonomyMode, from: Risk): string[] {
  if (atLeast(risk, from)) return [`A plan of risk ${risk} needs approval (approval.risk: ${from}).`]
  return mode === 'draft_only' ? ['The mode draft_only asks for approval of the plan.'] : []
}
