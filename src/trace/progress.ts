// What people see while a run is under way. Built from events of the run, shown by the task's host.
import type { Charge } from '../model/model.ts'
import type { StatusView } from '../render/status-view.ts'
import { stateOf } from '../run/answer-rules.ts'
import type { Outcome } from '../run/outcome.ts'
import type { Question } from '../run/question.ts'
import { type Stage, stages } from '../run/run.ts'

type PlanLine = StatusView['plan'][number]

export interface ProgressOptions {
  runId: string
  maxUsd: number
  ignored: string[]
  /** Number of the issue, where there is one. */
  issue?: number
  /** Of the run, where traces are made. */
  traceId?: string | undefined
  now: () => Date
  show: (view: StatusView) => Promise<void>
  spent: () => Promise<Charge>
}

export interface StageEnd {
  note?: string | undefined
  worked?: boolean
}

/** Mutable on purpose: one a run. Each change is handed to `show`; nothing here throws. */
export class Progress {
  readonly #options: ProgressOptions
  readonly #startedAt = new Map<Stage, number>()
  /** Of stages that an earlier sitting has really worked on, in ms. */
  readonly #tookBefore = new Map<Stage, number>()
  #view: StatusView
  #muted = true

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#view = {
      runId: options.runId,
      state: 'running',
      stages: stages.map((stage) => ({ stage, status: 'pending' })),
      plan: [],
      tokens: 0,
      usd: 0,
      maxUsd: options.maxUsd,
      at: options.now().toISOString(),
      notes: [],
      ignored: options.ignored,
      ...(options.issue !== undefined && { issue: options.issue }),
      ...(options.traceId !== undefined && { traceId: options.traceId }),
    }
  }

  get view(): StatusView {
    return this.#view
  }

  /** Until the requester's permission is known nobody is told anything. */
  unmute(): void {
    this.#muted = false
  }

  /** After an answer the steps before the question are told again, with the times that they took and not those of looking them up. */
  recall({ stages: lines, answeredBy }: { stages: StatusView['stages']; answeredBy: string }): void {
    for (const { stage, durationMs } of lines) if (durationMs !== undefined) this.#tookBefore.set(stage, durationMs)
    this.#view = { ...this.#view, answeredBy }
  }

  async began(stage: Stage, round = 0): Promise<void> {
    // A stage may say so twice, at its first step and at the one that is recorded.
    const under = this.#view.stages.find((line) => line.stage === stage)?.status === 'running'
    if (!under) this.#startedAt.set(stage, this.#options.now().getTime())
    await this.#stage(stage, { status: 'running', durationMs: undefined, round: round > 0 ? round : undefined })
  }

  /** `worked`: false where the ledger had the answer. */
  async ended(stage: Stage, status: 'done' | 'failed', { note, worked = true }: StageEnd = {}): Promise<void> {
    const durationMs = worked ? this.#since(stage) : this.#tookBefore.get(stage)
    await this.#stage(stage, { status, note, durationMs })
  }

  async planned(plan: PlanLine[]): Promise<void> {
    await this.#update({ plan })
  }

  async modification(index: number, status: PlanLine['status']): Promise<void> {
    await this.#update({ plan: this.#view.plan.map((line, at) => (at === index ? { ...line, status } : line)) })
  }

  note(text: string): void {
    if (!this.#view.notes.includes(text)) this.#view = { ...this.#view, notes: [...this.#view.notes, text] }
  }

  /** Work that was not pushed, for folding into the last status. */
  keep(patch: string): void {
    this.#view = { ...this.#view, patch }
  }

  /** What a run hands over that ends with a plan. */
  analyse(analysis: NonNullable<StatusView['analysis']>): void {
    this.#view = { ...this.#view, analysis }
  }

  /** What a run hands over that was asked for readiness. */
  report(readiness: NonNullable<StatusView['readiness']>): void {
    this.#view = { ...this.#view, readiness }
  }

  /** Before anything of it is paid. */
  async estimated(estimate: NonNullable<StatusView['estimate']>): Promise<void> {
    await this.#update({ estimate })
  }

  limit(maxUsd: number): void {
    this.#view = { ...this.#view, maxUsd }
  }

  /** Nothing has changed but time and cost: somebody who looks in the middle of a long stage sees that it goes on. */
  async alive(): Promise<void> {
    await this.#update({})
  }

  /** The run is put back, and goes on from its records. */
  async paused(retry: NonNullable<StatusView['retry']>): Promise<void> {
    const stopped = (line: StatusView['stages'][number]) =>
      line.status === 'running' ? { ...line, status: 'pending' as const } : line
    await this.#update({ state: 'queued', retry, stages: this.#view.stages.map(stopped) })
  }

  /** The run stands still until a person has answered. */
  async asked(question: Question): Promise<void> {
    await this.#update({ state: stateOf(question), question })
  }

  async settled(outcome: Outcome): Promise<void> {
    const closed = this.#view.stages.map((line) =>
      line.status === 'running' ? { ...line, status: endOf(outcome) } : line,
    )
    const left = closed.map((line) => (line.status === 'pending' ? { ...line, status: 'skipped' as const } : line))
    await this.#update({ state: 'ended', outcome, stages: left })
  }

  #since(stage: Stage): number | undefined {
    const startedAt = this.#startedAt.get(stage)
    return startedAt === undefined ? undefined : this.#options.now().getTime() - startedAt
  }

  async #stage(stage: Stage, change: Partial<StatusView['stages'][number]>): Promise<void> {
    await this.#update({
      stages: this.#view.stages.map((line) => (line.stage === stage ? { ...line, ...change } : line)),
    })
  }

  async #update(change: Partial<StatusView>): Promise<void> {
    const { tokens, usd } = await this.#options.spent()
    this.#view = { ...this.#view, ...change, tokens, usd, at: this.#options.now().toISOString() }
    if (!this.#muted) await this.#options.show(this.#view)
  }
}

function endOf(outcome: Outcome): 'done' | 'failed' {
  return ['pull_request', 'plan_only', 'reported'].includes(outcome.kind) ? 'done' : 'failed'
}
