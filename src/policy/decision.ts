import type { Risk } from '../task/contract.ts'
import type { Decline } from './decline.ts'

export const autonomyModes = ['autonomous_pr', 'supervised_pr', 'draft_only', 'analysis_only'] as const
export type AutonomyMode = (typeof autonomyModes)[number]

/** The gate's answer, by rules only; kept and shown. */
export type PolicyDecision =
  | {
      kind: 'allowed' | 'approval_required'
      risk: Risk
      mode: AutonomyMode
      /** Why the risk is what it is, whole sentences. */
      reasons: string[]
      /** Why a person has to approve the plan, whole sentences; none where the kind is `allowed`. */
      approvals: string[]
      /** What else follows, such as that unverified work stays a patch. */
      notes: string[]
      /** What has to hold before the result is published. */
      gates: Gate[]
      /** Why the estimate asks for approval, a whole sentence; it stands whatever the plan makes of the decision. */
      overBudget?: string
    }
  | { kind: 'declined'; decline: Decline; reasons: string[] }

export const gates = [
  'plan',
  'plan_approval',
  'diff_policy',
  'secret_scan',
  'checks',
  'judge',
  'reviewers',
  'owners',
  'risk_checklist',
] as const
export type Gate = (typeof gates)[number]
