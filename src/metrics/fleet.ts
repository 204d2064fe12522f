// What is true of the whole deployment, whichever process is asked. Types only; read from the database by run/fleet-figures.ts.
import type { ModelRole } from '../model/model.ts'
import type { OutcomeKind, PullRequestEnd } from '../run/outcome.ts'
import type { RunState } from '../run/run.ts'

export interface FleetFigures {
  /** Ever ended, also those that the ledger does not keep any more. */
  ended: { outcome: OutcomeKind; runs: number }[]
  /** Of those, what people made of their pull request. */
  pullRequests: { end: PullRequestEnd['kind']; runs: number }[]
  underWay: { state: Exclude<RunState, 'ended'>; runs: number }[]
  /** Age of the oldest run that has not been begun, in seconds; 0 when there is none. */
  oldestQueuedSeconds: number
  queuePaused: boolean
  /** Ended some minutes ago, and nobody has been told so far. */
  untold: number
  /** Of all runs, those under way included. `usd` leaves out models without a price. */
  charges: { role: ModelRole; calls: number; tokens: number; usd: number }[]
  github: GitHubFigures
}

/** Of the installations whose window of calls is not over. */
export interface GitHubFigures {
  /** Least share of its calls that an installation has left, 0 to 1; 1 when none is known. */
  lowestShare: number
  /** Installations that may not be called for a while. */
  closed: number
}

/** Throws `infrastructure` where the database does not answer. */
export type ReadFleet = () => Promise<FleetFigures>
