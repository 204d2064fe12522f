// What keeps the ledger true over time, beside the runs themselves. Types only; the adapter is run/drizzle-upkeep.ts.
import type { PullRequestEnd } from './outcome.ts'
import type { Run } from './run.ts'

export interface Upkeep {
  /** One round of a duty, if it is due; undefined where it is not, or another process is at it. Nobody else begins it for `leaseMs`. */
  begin(duty: string, times: { everyMs: number; leaseMs: number }): Promise<Round | undefined>
  /** Runs that ended between the two moments and of whose end nobody was told, oldest first; at most 100. */
  untold(from: Date, to: Date): Promise<Run[]>
  /** People know how it ended, or are not to be told. */
  told(runId: string): Promise<void>
  /** Runs that a worker took before that moment and has still, oldest first. */
  takenBefore(moment: Date): Promise<Run[]>
  /** Runs that ended after that moment with a change of which nobody knows what became, the one that ended first before others. */
  openWork(endedAfter: Date, most: number): Promise<Run[]>
  /** Once: the first end of a pull request is the one that counts. */
  workEnded(runId: string, end: PullRequestEnd): Promise<void>
  /**
   * Removes what takes room of up to `most` runs that ended before that moment: records, model calls, events, artifacts. Their rows
   * stay, and so does what people answered: that a label was obeyed is known for ever. Answers how many runs it were.
   */
  clear(endedBefore: Date, most: number): Promise<number>
  /** Deliveries that were received before that moment are not known any more, nor what they were answered. */
  forgetDeliveries(receivedBefore: Date): Promise<void>
}

export interface Round {
  /** What the round before left; undefined in the first one. */
  memory: unknown
  /** For another `leaseMs`. False where it has lasted for longer, and another process is at it. */
  renew(): Promise<boolean>
  /** Ends it, so that the next one is due `everyMs` after its begin. Without a memory, the one before is kept. */
  done(memory?: unknown): Promise<void>
}
