// The durable record of every run. Types only; the adapter is run/drizzle-ledger.ts, one SQL for PGlite and PostgreSQL.
import type { EarlierRun } from '../estimate/estimate.ts'
import type { Charge, ModelCallStore, StoredCall } from '../model/model.ts'
import type { Task, TaskIdentity } from '../task/task.ts'
import type { IssuePlace } from './moved.ts'
import type { Made, Outcome } from './outcome.ts'
import type { Answer, Question, Refusal, Said, WaitingState } from './question.ts'
import type { Run, RunState } from './run.ts'

export interface NewRun extends TaskIdentity {
  task: Task
  /** `X-GitHub-Delivery`; a second record with the same one answers `duplicate_delivery`. Absent in local mode. */
  delivery?: string
  /** Explicit commands (`/draftsmith run`, `retry`) start again although an earlier run ended after the label. */
  force: boolean
}

export type Recorded =
  | { kind: 'recorded'; run: Run }
  | { kind: 'duplicate_delivery' }
  | { kind: 'already_under_way'; run: Run }
  /** The label is not newer than what asked for the last run. */
  | { kind: 'stale'; run: Run }

export type Cancelled = { kind: 'cancelled'; run: Run } | { kind: 'nothing_under_way' } | { kind: 'duplicate_delivery' }

export interface Cancellation {
  /** Who and why, in words. */
  reason: string
  /** ISO 8601, by GitHub's clock. A run that was asked for later is not meant. */
  at?: string
  /** Where the issue has gone, for the last word. */
  movedTo?: IssuePlace
  /** Remembered in the same transaction: a stop that could not be written can be delivered again. */
  delivery?: string
}

export interface NewAnswer {
  said: Said
  /** Login, or the local user's name. Whether they may is asked before. */
  by: string
  delivery?: string
}

export type Answered =
  | { kind: 'answered'; run: Run; answer: Answer }
  /** `run` with the question that is open, if any; `earlier`: what was said in it before. */
  | { kind: 'refused'; refusal: Refusal; run: Run; earlier: Answer[] }
  | { kind: 'duplicate_delivery' }
  | { kind: 'unknown_run' }

export interface StageKey {
  stage: string
  round: number
  /** Hash of everything the value depends on; another input is another record. */
  inputHash: string
}

export interface RunEvent {
  /** Orders events; never a clock. */
  sequence: number
  kind: string
  data: Record<string, unknown>
  at: Date
}

export interface Artifact {
  name: string
  mediaType: string
  bytes: number
}

export interface Ledger {
  /** The run's row and its job in one transaction. A run that was asked to stop is not in the way of the next one, whose job waits for it. */
  record(request: NewRun): Promise<Recorded>
  /** Remembers a delivery that started no run; false when it was seen before. */
  seen(delivery: string): Promise<boolean>
  find(runId: string): Promise<Run | undefined>
  latest(taskKey: string): Promise<Run | undefined>
  list(filter: { states?: RunState[]; limit: number }): Promise<Run[]>
  count(states: RunState[]): Promise<number>
  /** Runs that are not over, in their order: all, or those of an installation, or of some of its repositories (keys). */
  underWay(of?: { installationId: number; repositories?: string[] }): Promise<Run[]>
  /** Raises the epoch, and `tries` unless the run has got further since it was claimed last. Undefined when the run ended. */
  claim(runId: string): Promise<ClaimedRun | undefined>
  /** Marks the run; a queued one ends at once, its outcome naming what it has made, and a running one at its next look. One that was marked already keeps its reason. */
  cancel(taskKey: string, cancellation: Cancellation): Promise<Cancelled>
  /** Keeps the answer to the open question and puts the run back, with its job, in one transaction: two at once start one. */
  answer(runId: string, answer: NewAnswer): Promise<Answered>
  /** In the order in which they were given. */
  answers(runId: string): Promise<Answer[]>
  events(runId: string): Promise<RunEvent[]>
  stages(runId: string): Promise<(StageKey & { value: unknown })[]>
  modelCalls(runId: string): Promise<StoredCall[]>
  /** As `ModelCallStore.spent`, of a run that nobody has claimed. */
  spent(runId: string): Promise<Charge>
  /** What a run that is ended before its time leaves to people. */
  made(runId: string): Promise<Made>
  artifacts(runId: string): Promise<Artifact[]>
  artifact(runId: string, name: string): Promise<Buffer | undefined>
  /** Round trip to the database in ms; throws when it does not answer. */
  ping(): Promise<number>
  close(): Promise<void>
}

/** One claimed run. Every write names the claim's epoch and throws `fenced` when a newer claim exists. */
export interface ClaimedRun {
  readonly run: Run
  readonly modelCalls: ModelCallStore
  /** What people had said when the run was claimed, in order. */
  readonly answers: readonly Answer[]
  /** Opens a question, before people are told of it: from then on it can be answered. */
  ask(question: Question): Promise<void>
  /** Leaves the run to people, or puts it back at once where the answer came already. Throws `cancelled` when somebody asked to stop. */
  stand(question: Question): Promise<WaitingState | 'queued'>
  readStage(key: StageKey): Promise<unknown | undefined>
  writeStage(key: StageKey, value: unknown): Promise<void>
  event(kind: string, data?: Record<string, unknown>): Promise<void>
  /** Compressed, at most 16 MiB; a name written again is replaced. */
  writeArtifact(name: string, content: string | Buffer, mediaType?: string): Promise<void>
  /** Reads the row: throws `fenced` when the epoch moved, `cancelled` when somebody asked to stop. Called right before each write to GitHub. */
  check(): Promise<void>
  /** Those of its repository first, then all, newest first. */
  earlierRuns(): Promise<EarlierRun[]>
  transition(to: Exclude<RunState, 'ended'>): Promise<void>
  /** Back to `queued`, for another try after so many milliseconds; this one is forgotten where it does not count. Throws `cancelled` as `stand`. */
  putBack(pause: { ms: number; counts: boolean }): Promise<void>
  /** This try does not count. Nothing happens where a newer claim exists. */
  uncount(): Promise<void>
  /** State `ended` with the outcome. */
  settle(outcome: Outcome): Promise<void>
}
