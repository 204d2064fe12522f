// What is looked after beside the runs: for all processes together, and by each for itself.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { GitHubApp } from '../github/github.ts'
import { createBackground } from '../intake/background.ts'
import { cancelRun, recordRun } from '../intake/record-run.ts'
import type { WaitingRuns } from '../intake/waiting-runs.ts'
import { createClearOld } from '../reconcile/clear-old.ts'
import type { Duty } from '../reconcile/duty.ts'
import { createEndOverdue } from '../reconcile/end-overdue.ts'
import { createEndVanished } from '../reconcile/end-vanished.ts'
import { createFindLabels } from '../reconcile/find-labels.ts'
import { createFollowWork } from '../reconcile/follow-work.ts'
import { ownRounds } from '../reconcile/own-rounds.ts'
import { createRedeliverLost } from '../reconcile/redeliver-lost.ts'
import { createRounds, type Rounds } from '../reconcile/rounds.ts'
import { createSweepFolders } from '../reconcile/sweep-folders.ts'
import { createTellEnds } from '../reconcile/tell-ends.ts'
import { createTellPlaces } from '../reconcile/tell-places.ts'
import { createTellReplies } from '../reconcile/tell-replies.ts'
import type { Ledger } from '../run/ledger.ts'
import type { Queue } from '../run/queue.ts'
import type { OwedReply, Replies } from '../run/replies.ts'
import type { Run } from '../run/run.ts'
import type { Upkeep } from '../run/upkeep.ts'
import type { TaskHost } from '../task/task-host.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { clock } from './process.ts'

export interface RoundsParts {
  ledger: Ledger
  queue: Queue
  upkeep: Upkeep
  github: GitHubApp
  waiting: WaitingRuns
  replies: Replies
  /** Says what a command is owed. */
  reply(owed: OwedReply): Promise<void>
  workspaces: Workspaces
  host(run: Run, fence: () => Promise<void>): TaskHost
  log: Logger
}

const minute = 60_000
/** For what costs next to nothing, and for which somebody may be waiting. */
const fiveMinutes = 5 * minute

export function composeRounds(config: Config, parts: RoundsParts): Rounds {
  const { upkeep, workspaces, log } = parts
  const shared = createRounds({ duties: sharedDuties(config, parts), begin: upkeep.begin, log })
  const own = createRounds({ duties: [createSweepFolders({ workspaces })], begin: ownRounds(clock), log })
  return {
    start() {
      own.start()
      shared.start()
    },
    async stop() {
      await Promise.all([own.stop(), shared.stop()])
    },
  }
}

/** Where the deployment wants no rounds, only its own database is looked after. */
function sharedDuties(config: Config, parts: RoundsParts): Duty[] {
  const { ledger, queue, upkeep, github, waiting, replies, reply, host, log } = parts
  const { keepDays, reconcileMinutes, label, ceilings } = config
  const background = createBackground(log)
  const intake = { ledger, background, waiting }
  const every = { everyMs: reconcileMinutes * 60_000, log, now: clock }
  const inspect = (run: Run) => host(run, async () => {}).inspect(run.task)
  return [
    createEndOverdue({ upkeep, ledger, maxMinutes: ceilings.minutes, everyMs: fiveMinutes, now: clock }),
    createTellPlaces({ queue, ledger, tell: waiting.tellQueued, everyMs: 5 * 60_000 }),
    createTellReplies({ replies, tell: reply, everyMs: minute, log }),
    createClearOld({ upkeep, keepDays, now: clock }),
    ...(reconcileMinutes === 0
      ? []
      : [
          createRedeliverLost({ github, ...every, everyMs: Math.min(every.everyMs, fiveMinutes) }),
          createTellEnds({ upkeep, tell: waiting.tellEnded, ...every }),
          createEndVanished({ ledger, github, inspect, cancel: (key, why) => cancelRun(key, why, intake), ...every }),
          createFollowWork({ upkeep, github, ...every }),
          createFindLabels({ github, ledger, label, record: (request) => recordRun(request, intake), ...every }),
        ]),
  ]
}
