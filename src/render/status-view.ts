import type { Estimate } from '../estimate/estimate.ts'
import type { Away } from '../run/outages.ts'
import type { Outcome } from '../run/outcome.ts'
import type { Question } from '../run/question.ts'
import type { Stage } from '../run/run.ts'
import type { Risk } from '../task/contract.ts'
import type { ReadinessReport } from './readiness.ts'

/** Everything the sticky status comment shows, as data; render/status.ts turns it into Markdown and back. */
export interface StatusView {
  runId: string
  state: 'queued' | 'running' | 'awaiting_approval' | 'awaiting_answer' | 'ended'
  /** Stages in order. `note` is one line: `12 tests pass, 1 fails already`. */
  stages: {
    stage: Stage
    status: 'pending' | 'running' | 'done' | 'failed' | 'skipped'
    note?: string
    durationMs?: number
    /** Of what is made again after it was sent back, from 1. */
    round?: number
  }[]
  /** One line a modification. */
  plan: { title: string; path: string; status: 'pending' | 'running' | 'done' | 'failed' }[]
  tokens: number
  usd: number | undefined
  maxUsd: number
  /** Known from the planning on. */
  estimate?: Estimate
  /** ISO 8601: the last sign of life. */
  at: string
  queuePosition?: number
  /**
   * Of a queued run that was begun: what kept it from going on, and ISO 8601 when it is tried again at the latest; where it waits
   * for somebody who is away, also until when.
   */
  retry?: { reason: string; by: string; waitsFor?: { who: Away; until: string } }
  /** Warnings that belong to every report, such as a run without a sandbox. */
  notes: string[]
  /** Text removed from the issue, in words. */
  ignored: string[]
  outcome?: Outcome
  /** Number of the issue, where there is one. */
  issue?: number
  /** 32 hexadecimal digits, where the deployment collects traces. */
  traceId?: string
  /** Unified diff of work that was not pushed; shown folded. */
  patch?: string
  /** What a run found that was asked for readiness. */
  readiness?: ReadinessReport
  /** Whoever answered last: the run has gone on with that since. */
  answeredBy?: string
  /** What people are asked, while the run waits for them. */
  question?: Question
  /** What a run that writes no code hands over; also shown while a plan waits. */
  analysis?: {
    summary: string
    rootCause?: string
    changes: { path: string; kind: 'modify' | 'create' | 'delete'; title: string; reason: string }[]
    risk: Risk
    risks: string[]
    checklist: string[]
    title: string
  }
}
