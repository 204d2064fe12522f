import type { Risk } from '../task/contract.ts'
import type { Decline } from './decline.ts'

export const autonomyModes = ['autonomous_pr', 'supervised_pr', 'draft_only', 'analysis_only'] as const
export type AutonomyMode = (typeof autonomyModes)[number]

/** The gate's answer, by rules only; kept and shown. */
export type PolicyDecision =
  | { kind: 'allowed' | 'approval_required'; risk: Risk; mode: AutonomyMode; reasons: string[]; gates: string[] }
  | { kind: 'declined'; decline: Decline; reasons: string[] }
