// Jobs that wake a worker. A job holds a run's id and nothing else. Types only; the adapter is run/pg-boss-queue.ts.

/**
 * What a rejection would lead to. `more`: another attempt after a pause · `last`: none, so the handler settles the run instead ·
 * `none`: this is no attempt any more; the run failed or took its process down too often and is only to be settled.
 */
export type AttemptsLeft = 'more' | 'last' | 'none'

export type JobHandler = (runId: string, signal: AbortSignal, attemptsLeft: AttemptsLeft) => Promise<void>

export interface Queue {
  /** Starts to take jobs, at most `concurrency` at once and one a repository. The handler's rejection puts the job back with backoff; after the signal was aborted, at once. */
  work(handler: JobHandler): Promise<void>
  /** Puts a run back that waits for a person, such as after an approval; ahead of those that have not started. */
  wake(runId: string): Promise<void>
  /** Runs that wait before this one; 0 when it is next. */
  position(runId: string): Promise<number>
  /** Takes no new jobs, waits at most `graceMs` for those under way, then aborts their signal. */
  stop(graceMs: number): Promise<void>
}
