// What whoever operates Draftsmith sees of the queue, and may do with it. Types only; the adapter is run/pg-boss-desk.ts.
import type { QueuePause } from './queue-pause.ts'
import type { Run, RunState } from './run.ts'

export interface QueueDesk {
  report(): Promise<QueueReport>
  /** No worker takes anything from then on; runs under way go on. One that is paused already keeps its time and reason. */
  pause(reason: string): Promise<void>
  /** False when it was not paused. */
  resume(): Promise<boolean>
  /** Starts a failed run again: a new run of the same task, as it was frozen. */
  requeue(runId: string): Promise<Requeued>
  /** As people on GitHub do: one that waits ends at once and is told of by a round, one under way ends and tells within seconds. */
  stop(runId: string): Promise<Stopped>
  /** Runs that `requeue` takes, newest first, of one code if it is given. */
  failed(code?: string): Promise<FailedRun[]>
  close(): Promise<void>
}

export interface QueueReport {
  /** Undefined while jobs are taken. */
  pause: QueuePause | undefined
  /** Longest first. */
  underWay: JobUnderWay[]
  /** In the order in which they are taken. */
  waiting: QueuedJob[]
  /** Not taken before their time, earliest first. */
  pausing: PausingJob[]
  /** The newest of them, and how many there are. */
  failed: { newest: FailedRun[]; count: number }
}

export interface QueuedJob {
  runId: string
  title: string
  /** Of the issue. */
  url: string | undefined
  /** Since it last got further, counted from 1. */
  attempt: number
  attempts: number
}

export interface JobUnderWay extends QueuedJob {
  since: Date
  /** When its process was last heard of. */
  lastSign: Date
  /** True when all that is left is to end it, and to tell people. */
  ending: boolean
}

export interface PausingJob extends QueuedJob {
  until: Date
  /** What the last attempt ended with; undefined where its organisation has no place left. */
  because: { code: string; message: string } | undefined
}

export interface FailedRun {
  runId: string
  title: string
  url: string | undefined
  endedAt: Date
  code: string
  reason: string
}

export type Requeued =
  | { kind: 'requeued'; run: Run }
  | { kind: 'unknown' }
  /** It has not ended, or not failed. */
  | { kind: 'not_failed'; state: RunState; outcome: string | undefined }
  /** The task has a newer run. */
  | { kind: 'superseded'; by: string }

export type Stopped =
  | { kind: 'stopped'; state: RunState }
  | { kind: 'unknown' }
  | { kind: 'ended'; outcome: string | undefined }
