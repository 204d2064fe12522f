// Jobs that wake a worker. A job holds a run's id and nothing else. Types only; the adapter is run/pg-boss-queue.ts.
import type { QueuePause } from './queue-pause.ts'

/** What a handler answers whose run is to be taken again. */
export interface Again {
  kind: 'again'
  /** In milliseconds; not earlier. */
  pauseMs: number
  /** Kept with the job, for whoever looks: only what is safe to read there. */
  because: { code: string; message: string }
}

/** Undefined when the job is done. The signal is aborted when the process stops. */
export type JobHandler = (runId: string, signal: AbortSignal) => Promise<Again | undefined>

export interface Queue {
  /**
   * Starts to take jobs, at most `concurrency` at once, as many of a repository as its policy says, and as many of an
   * organisation as the deployment says; none while the queue is paused. The handler's rejection puts the job back for
   * some seconds; after the signal was aborted, at once.
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
