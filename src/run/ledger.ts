// The durable record of every run. Types only; the adapter is run/drizzle-ledger.ts, one SQL for PGlite and PostgreSQL.
import type { ModelCallStore, StoredCall } from '../model/model.ts'
import type { Task, TaskIdentity } from '../task/task.ts'
import type { Outcome } from './outcome.ts'
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
  /** The label is older than the start of the last run. */
  | { kind: 'stale'; run: Run }

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
  /** The run's row and its job in one transaction. The job system's send happens inside. */
  record(request: NewRun): Promise<Recorded>
  /** Remembers a delivery that started no run; false when it was seen before. */
  seen(delivery: string): Promise<boolean>
  find(runId: string): Promise<Run | undefined>
  latest(taskKey: string): Promise<Run | undefined>
  list(filter: { states?: RunState[]; limit: number }): Promise<Run[]>
  /** Raises the epoch. Undefined when the run ended. */
  claim(runId: string): Promise<ClaimedRun | undefined>
  /** Marks the run; a queued one ends at once, a running one at its next look. False when nothing was under way. */
  cancel(taskKey: string, reason: string): Promise<Run | undefined>
  events(runId: string): Promise<RunEvent[]>
  stages(runId: string): Promise<(StageKey & { value: unknown })[]>
  modelCalls(runId: string): Promise<StoredCall[]>
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
  readStage(key: StageKey): Promise<unknown | undefined>
  writeStage(key: StageKey, value: unknown): Promise<void>
  event(kind: string, data?: Record<string, unknown>): Promise<void>
  /** Compressed, at most 16 MiB; a name written again is replaced. */
  writeArtifact(name: string, content: string | Buffer, mediaType?: string): Promise<void>
  /** Reads the row: throws `fenced` when the epoch moved, `cancelled` when somebody asked to stop. Called right before each write to GitHub. */
  check(): Promise<void>
  transition(to: Exclude<RunState, 'ended'>): Promise<void>
  /** State `ended` with the outcome. */
  settle(outcome: Outcome): Promise<void>
}
