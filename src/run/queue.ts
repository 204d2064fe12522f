// Jobs that wake a worker. A job holds a run's id and nothing else. Types only; the adapter is run/pg-boss-queue.ts.

export interface Queue {
  /** Starts to take jobs, at most `concurrency` at once and one a repository. The handler's rejection puts the job back with backoff. */
  work(handler: (runId: string, signal: AbortSignal) => Promise<void>): Promise<void>
  /** Puts a run back, such as after an approval. */
  wake(runId: string): Promise<void>
  /** Runs that wait before this one; 0 when it is next. */
  position(runId: string): Promise<number>
  /** Takes no new jobs, waits at most `graceMs` for those under way, then aborts their signal. */
  stop(graceMs: number): Promise<void>
}
