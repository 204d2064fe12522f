import type { Candidate } from '../execute/candidate.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Charge } from '../model/model.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { Permitted } from '../policy/autonomy.ts'
import type { TaskContract } from '../task/contract.ts'
import type { VerificationReport } from '../verify/report.ts'

/** Everything a reviewer reads, as data. Words of the model are in `plan`, `candidate.explanation` and `verdict`; the renderer neutralises them. */
export interface PullRequestView {
  runId: string
  /** 32 hexadecimal digits, where the deployment collects traces. */
  traceId?: string
  /** The issue that was asked for; absent in local mode. */
  issue?: { number: number; url?: string }
  verified: boolean
  contract: TaskContract
  /** The gate's last word on the plan. */
  decision?: Permitted
  plan: ImplementationPlan
  candidate: Candidate
  report: VerificationReport
  verdict: Verdict
  /** Why earlier rounds did not stand, in order. */
  sentBack?: string[]
  /** What people remarked and chose on the way, one sentence each. */
  said?: string[]
  /** Of what changed, as CODEOWNERS names them, most files first. */
  owners?: string[]
  /** The evidence as data, as `renderEvidenceBlock` makes it. */
  evidence?: string
  /** What `draftsmith verify` is given to repeat the evidence. */
  repeatWith?: string
  charge: Charge
  maxUsd: number
  /** Estimate against actual, one line of Markdown. */
  priceTag?: string
  /** From the start of the run, in ms. */
  durationMs?: number
  /** Warnings of the run: uncommitted work ignored, limits lowered, no sandbox. */
  notes: string[]
  /** Hidden text that was removed from the issue, in words. */
  ignored: string[]
}
