// The one place that builds adapters and puts them together; what a part is built from stands in compose/.
import type { Logger } from 'pino'
import { createLocalTaskHost, type LocalTaskHostOptions } from './cli/local-task-host.ts'
import { openLocalDatabase, openServiceDatabase } from './compose/databases.ts'
import { composeCallBudget, composeGitHub, composeWriteTurns, gitHubHost, recogniseApp } from './compose/github.ts'
import { warnOfPrices } from './compose/model.ts'
import { clock, ids, version } from './compose/process.ts'
import { composeQueue } from './compose/queue.ts'
import { composeRepositories, serviceWorkspaces } from './compose/repositories.ts'
import { composeRounds } from './compose/rounds.ts'
import { composeRunner } from './compose/runner.ts'
import { composeSandbox } from './compose/sandbox.ts'
import { closingSpans, composeSpans } from './compose/traces.ts'
import type { Config } from './config.ts'
import type { GitHubApp } from './github/github.ts'
import { tellReply } from './intake/tell-reply.ts'
import { createWaitingRuns, type WaitingRuns } from './intake/waiting-runs.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import type { Rounds } from './reconcile/rounds.ts'
import { createLedger } from './run/drizzle-ledger.ts'
import { createReplies } from './run/drizzle-replies.ts'
import { createUpkeep } from './run/drizzle-upkeep.ts'
import { readFleetFigures } from './run/fleet-figures.ts'
import type { ClaimedRun, Ledger } from './run/ledger.ts'
import { movedTo } from './run/moved.ts'
import type { PgBossQueue } from './run/pg-boss-queue.ts'
import type { Replies } from './run/replies.ts'
import type { Run } from './run/run.ts'
import { createWorker, type Worker } from './run/worker.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { TaskRunner } from './task-runner.ts'
import type { Workspaces } from './workspace/workspace.ts'

/** The service: webhooks are recorded, the worker does the work. */
export interface Service {
  ledger: Ledger
  queue: PgBossQueue
  worker: Worker
  /** What is looked after from time to time, by each process that works on runs. */
  rounds: Rounds
  github: GitHubApp
  sandbox: Sandbox
  /** What is told of runs that no worker has. */
  waiting: WaitingRuns
  /** What commands are owed. */
  replies: Replies
  metrics: Metrics
}

/** Builds everything and opens the database; nothing is listened to and no job is taken yet. Throws Faults with the mend. */
export async function composeService(config: Config, log: Logger): Promise<Service> {
  await recogniseApp(composeGitHub(config, log), log)
  warnOfPrices(config, log)
  const database = await openServiceDatabase(config)
  const metrics = createMetrics({ readFleet: () => readFleetFigures(database, clock()), log })
  const budget = composeCallBudget(database, log)
  const turns = composeWriteTurns(config, database)
  const github = composeGitHub(config, log, { budget, ...turns, limited: metrics.gitHubLimited })
  const queue = await composeQueue(config, database, log)
  const spans = await composeSpans(config, log)
  const { enqueue, wake } = queue
  const recorded = createLedger({ database, enqueue, wake, clock, ids, version, ended: spans.ended })
  const ledger = closingSpans(recorded, spans)
  const hostOn = (app: GitHubApp) => (run: Run, fence: () => Promise<void>) =>
    gitHubHost(config, { github: app, run, fence, movedTo: async () => movedTo(await ledger.events(run.id)), log })
  const hostOf = hostOn(github)
  const workspaces = serviceWorkspaces(config)
  const host = (claimed: ClaimedRun) => hostOf(claimed.run, () => claimed.check())
  const runner = composeRunner(config, { log, workspaces, host, queue, spans, metrics })
  const sandbox = composeSandbox(config)
  await sandbox.sweep?.()
  await sweep(workspaces, log)
  const upkeep = createUpkeep({ database, clock })
  const { told } = upkeep
  const worker = createWorker({ ledger, queue, ...runner, told, version, logger: log })
  const telling = { host: hostOf, told, traceOf: spans.traceOf, maxUsd: config.ceilings.usd, now: clock }
  const waiting = createWaitingRuns({ ledger, queue, ...telling })
  const replies = createReplies({ database, clock })
  const quiet = github.inBackground()
  const rounds = composeRounds(config, {
    ledger,
    queue,
    upkeep,
    github: quiet,
    waiting,
    replies,
    reply: (owed) => tellReply(owed, { replies, ledger, github, log }),
    workspaces,
    host: hostOn(quiet),
    log,
  })
  return { ledger, queue, worker, rounds, github, sandbox, waiting, replies, metrics }
}

/** The same flow without an App: one run, claimed by whoever recorded it. */
export interface LocalFlow {
  ledger: Ledger
  runner: TaskRunner
}

export async function composeLocal(config: Config, log: Logger, host: LocalTaskHostOptions): Promise<LocalFlow> {
  const database = await openLocalDatabase(config)
  const spans = await composeSpans(config, log)
  const ledger = closingSpans(createLedger({ database, clock, ids, version, ended: spans.ended }), spans)
  const { workspaces } = composeRepositories(config)
  await sweep(workspaces, log)
  return { ledger, runner: composeRunner(config, { log, workspaces, host: () => createLocalTaskHost(host), spans }) }
}

/** What earlier processes left on the disk is no reason to stand still where it cannot be removed. */
async function sweep(workspaces: Pick<Workspaces, 'sweep'>, log: Logger): Promise<void> {
  await workspaces.sweep().catch((err: unknown) => log.error({ err }, 'what earlier processes left cannot be removed'))
}
