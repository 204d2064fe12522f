import type { Logger } from 'pino'
import type { GitHubApp } from '../github/github.ts'
import type { Ledger } from '../run/ledger.ts'
import type { Replies } from '../run/replies.ts'
import type { Background } from './background.ts'
import type { WaitingRuns } from './waiting-runs.ts'

/** What the webhook's handlers need; built by compose.ts. */
export interface IntakeParts {
  ledger: Pick<Ledger, 'record' | 'seen' | 'latest' | 'underWay' | 'cancel' | 'answer'>
  github: GitHubApp
  /** What commands are owed. */
  replies: Replies
  appId: number
  /** The label that starts a run. */
  label: string
  log: Logger
  /** Where answers to people are written after the webhook's own answer. */
  background: Background
  /** Tells people of runs that no worker has. */
  waiting: WaitingRuns
}
