// The one place that builds adapters and puts them together.
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { createLocalTaskHost, type LocalTaskHostOptions } from './cli/local-task-host.ts'
import type { Config } from './config.ts'
import { Fault, toFault } from './errors.ts'
import type { GitHubApp } from './github/github.ts'
import { createGitHubTaskHost } from './github/github-task-host.ts'
import { createGitHubApp } from './github/octokit-github.ts'
import { createWaitingRuns, type WaitingRuns } from './intake/waiting-runs.ts'
import { createAnthropicProvider } from './model/anthropic-provider.ts'
import { createMeteredModel } from './model/metered-model.ts'
import type { Model, ModelProvider, ModelRole } from './model/model.ts'
import { priceOf } from './model/pricing.ts'
import { createRecordedProvider } from './model/recorded-provider.ts'
import { type Ceilings, defaultCeilings, type Policy } from './policy/policy.ts'
import { parseTrailers } from './render/commit-message.ts'
import { renderCall } from './render/question.ts'
import { readinessMarker, renderReadinessReport } from './render/readiness-report.ts'
import { renderStatus, statusMarker } from './render/status.ts'
import { type Database, openDatabase } from './run/database.ts'
import { createLedger } from './run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger } from './run/ledger.ts'
import { createQueue, type PgBossQueue } from './run/pg-boss-queue.ts'
import type { Run } from './run/run.ts'
import { createWorker, type Worker } from './run/worker.ts'
import { createBubblewrapSandbox } from './sandbox/bubblewrap-sandbox.ts'
import { createNoneSandbox } from './sandbox/none-sandbox.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { TaskHost } from './task/task-host.ts'
import { createTaskRunner, type TaskRunner } from './task-runner.ts'
import type { DependencyCache } from './toolchain/dependency-cache.ts'
import { createFolderDependencyCache } from './workspace/folder-dependency-cache.ts'
import { createGit } from './workspace/git.ts'
import { createGitLocalRepositories } from './workspace/git-local-repositories.ts'
import { createGitWorkspaces } from './workspace/git-workspaces.ts'
import type { LocalRepositories } from './workspace/local-repositories.ts'
import type { Workspaces } from './workspace/workspace.ts'

export const version: string = readVersion()

/** The service: webhooks are recorded, the worker does the work. */
export interface Service {
  ledger: Ledger
  queue: PgBossQueue
  worker: Worker
  github: GitHubApp
  sandbox: Sandbox
  /** What is told of runs that no worker has. */
  waiting: WaitingRuns
}

/** Builds everything and opens the database; nothing is listened to and no job is taken yet. Throws Faults with the mend. */
export async function composeService(config: Config, log: Logger): Promise<Service> {
  const github = composeGitHub(config, log)
  await recogniseApp(github, log)
  warnOfPrices(config, log)
  const database = await openServiceDatabase(config)
  const queue = await createQueue({ database, concurrency: config.concurrency, logger: log })
  const ledger = createLedger({ database, enqueue: queue.enqueue, wake: queue.wake, clock, ids, version })
  const hostOf = (run: Run, fence: () => Promise<void>) => gitHubHost(config, { github, run, fence, log })
  const workspaces = createGitWorkspaces({ ...mirrorOptions(config), root: config.dataDir })
  const host = (claimed: ClaimedRun) => hostOf(claimed.run, () => claimed.check())
  const runner = composeRunner(config, { log, workspaces, host })
  await workspaces.sweep(await runsUnderWay(ledger))
  const worker = createWorker({ ledger, queue, ...runner, logger: log })
  const waiting = createWaitingRuns({ ledger, queue, host: hostOf, maxUsd: config.ceilings.usd, now: clock })
  return { ledger, queue, worker, github, sandbox: composeSandbox(config), waiting }
}

/** A wrong App id or key is told now, not at the first label. GitHub's bad hour is no reason not to start. */
async function recogniseApp(github: GitHubApp, log: Logger): Promise<void> {
  try {
    const { slug, id } = await github.describe()
    log.info({ app: slug, id }, 'GitHub knows the App')
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class !== 'infrastructure') throw fault
    log.warn({ err: fault }, 'GitHub could not be asked whether it knows the App')
  }
}

/** Policies may choose other models, but none without a price. */
function warnOfPrices({ model: { provider, byRole, prices } }: Config, log: Logger): void {
  if (provider === 'recorded') return
  for (const model of new Set(Object.values(byRole)))
    if (priceOf(model, prices) === undefined)
      log.warn({ model }, 'no price is known: only the token ceiling holds; DRAFTSMITH_PRICES can name one')
}

/** Work trees of all other runs were left behind by a process that died. */
async function runsUnderWay(ledger: Ledger): Promise<Set<string>> {
  const runs = await ledger.list({
    states: ['queued', 'running', 'awaiting_approval', 'awaiting_answer'],
    limit: 10_000,
  })
  return new Set(runs.map(({ id }) => id))
}

/** The same flow without an App: one run, claimed by whoever recorded it. */
export interface LocalFlow {
  ledger: Ledger
  runner: TaskRunner
}

export async function composeLocal(config: Config, log: Logger, host: LocalTaskHostOptions): Promise<LocalFlow> {
  const database = await openLocalDatabase(config)
  const ledger = createLedger({ database, clock, ids, version })
  const { workspaces } = composeRepositories(config)
  return { ledger, runner: composeRunner(config, { log, workspaces, host: () => createLocalTaskHost(host) }) }
}

/**
 * For local runs: repositories on this machine, and work trees outside of them. In a folder of their own, since a service
 * that starts removes the work trees of all runs that its ledger does not know.
 */
export function composeRepositories(config: Config): { repositories: LocalRepositories; workspaces: Workspaces } {
  const options = { ...mirrorOptions(config), root: join(config.dataDir, 'local') }
  return { repositories: createGitLocalRepositories(options), workspaces: createGitWorkspaces(options) }
}

function mirrorOptions({ hostEnv, mirrorCacheMiB }: Config) {
  return { hostEnv, mirrorBytes: mirrorCacheMiB * 1024 * 1024 }
}

/** What git says of its version. Throws `infrastructure`/`git_not_started` where there is none. */
export async function gitVersion({ hostEnv }: Config): Promise<string> {
  const said = await createGit({ hostEnv, home: tmpdir() }).run(['version'])
  return said.toString('utf8').trim()
}

/** PostgreSQL where an address is set, else the embedded database of the service. */
export function openServiceDatabase(config: Config): Promise<Database> {
  return config.databaseUrl
    ? openDatabase({ url: config.databaseUrl })
    : openDatabase({ dataDir: serviceDatabaseFolder(config) })
}

/** Local runs keep their own embedded database, so that they work beside a service. */
export function openLocalDatabase(config: Config): Promise<Database> {
  return openDatabase({ dataDir: localDatabaseFolder(config) })
}

export function serviceDatabaseFolder({ dataDir }: Config): string {
  return join(dataDir, 'database')
}

export function localDatabaseFolder({ dataDir }: Config): string {
  return join(dataDir, 'local-database')
}

/** Opens a ledger for reading. */
export function composeReader(database: Database): Ledger {
  return createLedger({ database, clock, ids, version })
}

export function composeGitHub(config: Config, log: Logger): GitHubApp {
  if (config.github === undefined)
    throw new Fault('invalid_input', 'app_not_configured', 'There are no credentials of a GitHub App.', {
      mend: 'Set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET.',
    })
  const { appId, privateKey } = config.github
  return createGitHubApp({
    appId,
    privateKey,
    apiUrl: config.githubApiUrl,
    writeSpacingMs: config.githubWriteSpacingMs,
    userAgent: `draftsmith/${version}`,
    log,
  })
}

export function composeSandbox(config: Config, kind: 'bubblewrap' | 'none' = config.sandbox): Sandbox {
  const { privateHosts, registries, upstreamProxy } = config.network
  const options = { hostEnv: config.hostEnv, ...(upstreamProxy && { upstreamProxy }) }
  if (kind === 'none') return createNoneSandbox(options)
  const ofRegistries = Object.values(registries).map((address) => new URL(address).host)
  return createBubblewrapSandbox({ ...options, privateHosts: [...privateHosts, ...ofRegistries] })
}

export function composeProvider(config: Config, log: Logger): ModelProvider {
  const { provider, recordings, apiKey, baseUrl } = config.model
  if (provider === 'recorded') return createRecordedProvider({ files: recordings ? [recordings] : [] })
  return createAnthropicProvider({
    apiKey,
    baseUrl,
    timeoutMs: 120_000,
    maxRetries: 2,
    log: (level, message) => log[level]({ part: 'model' }, message),
  })
}

interface RunnerParts {
  log: Logger
  workspaces: Workspaces
  host(claimed: ClaimedRun): TaskHost
}

function composeRunner(config: Config, { log, workspaces, host }: RunnerParts): TaskRunner {
  // Recordings are read once, when the process starts, and have nothing to log.
  const recordings = config.model.provider === 'recorded' ? composeProvider(config, log) : undefined
  const ofRun = ({ run }: ClaimedRun) => recordings ?? composeProvider(config, log.child({ runId: run.id }))
  return createTaskRunner({
    host,
    workspaces,
    sandbox: (policy) => composeSandbox(config, policy.sandbox.kind === 'none' ? 'none' : config.sandbox),
    registries: config.network.registries,
    dependencies: composeDependencyCache(config, log),
    ceilings: ceilingsOf(config),
    model: (claimed, policy) => meteredModel(config, { provider: ofRun(claimed), claimed, policy }),
    notes: startNotes(config),
    log,
    now: clock,
  })
}

/** One for the service and for local runs: whose dependencies they are stands in their keys. */
function composeDependencyCache({ dataDir, dependencyCacheMiB }: Config, log: Logger): DependencyCache | undefined {
  if (dependencyCacheMiB === 0) return undefined
  return createFolderDependencyCache({
    root: join(dataDir, 'dependencies'),
    maxBytes: dependencyCacheMiB * 1024 * 1024,
    now: clock,
    note: (message, cause) => log.warn({ err: cause }, message),
  })
}

interface HostParts {
  github: GitHubApp
  run: Run
  fence(): Promise<void>
  log: Logger
}

function gitHubHost(config: Config, { github, run, fence, log }: HostParts): Required<TaskHost> {
  const { source, labels, wants } = run.task
  if (source.kind !== 'github_issue')
    throw new Fault('defect', 'wrong_source', 'A local task reached the service.', { data: { labels } })
  const ofRun = log.child({ runId: run.id })
  const comment =
    wants === 'readiness'
      ? { renderStatus: renderReadinessReport, statusMarker: readinessMarker }
      : { renderStatus, statusMarker }
  return createGitHubTaskHost({
    repository: github.withLog(ofRun).repository(source.installationId, source.owner, source.repo),
    issue: source.number,
    label: config.label,
    fence,
    texts: { ...comment, renderCall, runOf: (message) => parseTrailers(message)?.runId },
    statusIntervalMs: config.statusIntervalMs,
    log: ofRun,
  })
}

interface Metering {
  provider: ModelProvider
  claimed: ClaimedRun
  policy: Policy
}

function meteredModel(config: Config, { provider, claimed, policy }: Metering): Model {
  return createMeteredModel({
    provider,
    store: claimed.modelCalls,
    models: modelNames(config, policy),
    prices: config.model.prices,
    ceilings: { usd: policy.limits.usd, tokens: policy.limits.tokens },
    maxTokensPerReply: 16_000,
  })
}

function modelNames(config: Config, policy: Policy): Record<ModelRole, string> {
  const { analyst, planner, coder, reviewer } = config.model.byRole
  const wished = policy.models
  return {
    analyst: wished.analyst ?? analyst,
    planner: wished.planner ?? planner,
    coder: wished.coder ?? coder,
    reviewer: wished.reviewer ?? reviewer,
  }
}

export function ceilingsOf(config: Config): Ceilings {
  const { usd, tokens, minutes } = config.ceilings
  const { limits, sandbox } = defaultCeilings
  return {
    ...defaultCeilings,
    models: config.model.byRole,
    prices: config.model.prices,
    limits: { ...limits, usd, tokens, minutes },
    sandbox: config.sandbox === 'none' ? { ...sandbox, kinds: [...sandbox.kinds, 'none'] } : sandbox,
  }
}

/** What every report of this deployment has to say. */
function startNotes(config: Config): string[] {
  return config.sandbox === 'none'
    ? ['Commands of the repository run without a sandbox, because this deployment was started with `none`.']
    : []
}

const clock = () => new Date()

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** `r-` and 10 characters that are not easily mistaken for each other: 2^50 possibilities. */
function ids(): string {
  return `r-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`
}

function readVersion(): string {
  const { version: own } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return own
}
