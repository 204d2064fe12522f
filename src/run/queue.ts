// Jobs that wake a worker. A job holds a run's id and nothing else. Types only; the adapter is run/pg-boss-queue.ts.
import type { Fault } from '../errors.ts'
import type { QueuePause } from './queue-pause.ts'

/**
 * What a rejection leads to. `more`: another attempt after a pause · `last`: no more work, only the end of the run ·
 * `none`: this is no attempt any more; the run failed or took its process down too often and is only to be ended, which is tried again after a pause ·
 * `over`: as `none`, for the last time.
 */
export type AttemptsLeft = 'more' | 'last' | 'none' | 'over'

export interface Attempt {
  left: AttemptsLeft
  /** Longest pause before the next one where this stops it, in milliseconds. */
  pauseMs(because: Fault): number
}

export type JobHandler = (runId: string, signal: AbortSignal, attempt: Attempt) => Promise<void>

export interface Queue {
  /**
   * Starts to take jobs, at most `concurrency` at once, as many of a repository as its policy says, and as many of an
   * organisation as the deployment says; none while the queue is paused. The handler's rejection puts the job back with a
   * pause; after the signal was aborted, at once.
   */
  work(handler: JobHandler): Promise<void>
  /** Runs that wait before this one; 0 when it is next. */
  position(runId: string): Promise<number>
  /** The ids of runs that wait, in the order in which they are taken; the first `most`. */
  line(most: number): Promise<string[]>
  /** Undefined while jobs are taken; read from the database. */
  paused(): Promise<QueuePause | undefined>
  /** From now on so many runs of the repository at once, also of those that wait. */
  allowAtOnce(repositoryKey: string, runs: number): Promise<void>
  /** Takes no new jobs, waits at most `graceMs` for those under way, then aborts their signal. */
  stop(graceMs: number): Promise<void>
}
