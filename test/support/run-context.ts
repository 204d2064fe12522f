// Runs on real parts: git work trees of a small repository, commands without walls, a ledger on a real database.
// Stand-ins are the model and the host of the task. One lab a test file.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Fault } from '../../src/errors.ts'
import { createMeteredModel } from '../../src/model/metered-model.ts'
import { type Ceilings, defaultCeilings, type Policy, parsePolicy } from '../../src/policy/policy.ts'
import { prepareBench } from '../../src/prepare/prepare-bench.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import type { RunContext } from '../../src/run-context.ts'
import { createNoneSandbox } from '../../src/sandbox/none-sandbox.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { TaskContract } from '../../src/task/contract.ts'
import { understanding } from '../../src/task/contract.ts'
import type { Task } from '../../src/task/task.ts'
import type { BaseFacts, Inspection } from '../../src/task/task-host.ts'
import type { TaskRunnerOptions } from '../../src/task-runner.ts'
import { Progress } from '../../src/trace/progress.ts'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import type { Workspaces } from '../../src/workspace/workspace.ts'
import { newRun } from '../run/support.ts'
import { commitAll, type Files, git, write } from '../workspace/sources.ts'
import { shop, understood, withoutNpm } from './fixture-shop.ts'
import { MemoryTaskHost } from './memory-task-host.ts'
import { createTestDatabase, databaseAtHand } from './postgres.ts'
import { type Scripted, ScriptedModel } from './scripted-model.ts'

export interface OpenRequest {
  script?: Scripted[]
  /** Goes on with these, as a second process would. */
  model?: ScriptedModel
  host?: MemoryTaskHost
  /** Claims this run again; absent: a new one. */
  runId?: string
  /** Text of `.github/draftsmith.yml`. Checks of the fixture run without npm, unless it names some or `npm` is set. */
  policy?: string
  npm?: boolean
  /** The checks do nothing, for stages that do not look at what they say. */
  idle?: boolean
  /** Files that replace or join those of the fixture. */
  files?: Files
  facts?: Partial<BaseFacts>
  inspection?: Exclude<Inspection, { kind: 'ready' }>
  task?: Partial<Task>
  contract?: Partial<TaskContract>
  /** Stands between the stages and the ledger. */
  claim?: (claimed: ClaimedRun) => ClaimedRun
  sandbox?: Sandbox
  ceilings?: Ceilings
}

export interface OpenedRun {
  run: RunContext
  host: MemoryTaskHost
  model: ScriptedModel
  facts: BaseFacts
  policy: Policy
  contract: TaskContract
  /** Aborts the run, as a stopped process or a cancelled run does. */
  stop(reason?: Fault): void
  /** Ends the run's time. */
  expire(): void
  /** What `createTaskRunner` needs for this run. */
  runnerOptions: TaskRunnerOptions
}

export interface Lab extends AsyncDisposable {
  /** For what a test has to remember outside of all work trees. */
  folder: string
  ledger: Ledger
  workspaces: Workspaces
  open(request?: OpenRequest): Promise<OpenedRun>
  /** Folders of runs that are there now. */
  openFolders(): Promise<string[]>
}

export async function openLab({ embedded = databaseAtHand === 'embedded' } = {}): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-lab-'))
  const server = embedded ? undefined : await createTestDatabase()
  const database = await openDatabase(server ? { url: server.url } : { dataDir: join(folder, 'database') })
  const root = join(folder, 'data')
  const parts: LabParts = {
    folder,
    database,
    ledger: openLedger(database),
    workspaces: createGitWorkspaces({ root, hostEnv: process.env }),
    sources: new Map(),
  }
  return {
    folder,
    ledger: parts.ledger,
    workspaces: parts.workspaces,
    open: (request = {}) => open(parts, request),
    openFolders: () => readdir(join(root, 'runs')).catch(() => []),
    async [Symbol.asyncDispose]() {
      await database.close()
      await server?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface LabParts {
  folder: string
  database: Database
  ledger: Ledger
  workspaces: Workspaces
  /** By the files that they hold: folder and commit. */
  sources: Map<string, Promise<{ path: string; commit: string }>>
}

function openLedger(database: Database): Ledger {
  let runs = 0
  return createLedger({
    database,
    clock: () => new Date(),
    ids: () => `r-${String(++runs).padStart(10, '0')}`,
    version: '1',
  })
}

async function open(parts: LabParts, request: OpenRequest): Promise<OpenedRun> {
  const source = await sourceOf(parts, { ...shop, ...request.files })
  const facts = factsOf(source.commit, request)
  const claimed = await claim(parts, source.path, request)
  const model = request.model ?? new ScriptedModel(request.script ?? [])
  const host = request.host ?? new MemoryTaskHost(source.path, request.inspection ?? facts)
  const controller = new AbortController()
  const deadline = new AbortController()
  const sandbox = request.sandbox ?? createNoneSandbox({ hostEnv: process.env, scratch: parts.folder })
  const ceilings = request.ceilings ?? defaultCeilings
  const runnerOptions: TaskRunnerOptions = {
    host: () => host,
    workspaces: parts.workspaces,
    sandbox: () => sandbox,
    ceilings,
    model: (own, policy) => metered(model, own, policy),
    notes: [],
    log: pino({ level: 'silent' }),
    now: () => new Date(),
  }
  const policy = policyOf(request.facts?.policyText === undefined ? facts.policyText : '', ceilings)
  const run: RunContext = {
    ...runnerOptions,
    claimed,
    host,
    progress: progressOf(claimed, host),
    signal: controller.signal,
    deadline: deadline.signal,
    limitTime: () => {},
    model: once((given: Policy) => metered(model, claimed, given)),
  }
  return {
    run,
    host,
    model,
    facts,
    policy,
    contract: contractOf(facts, request),
    stop: (reason = new Fault('infrastructure', 'shutdown', 'Draftsmith is stopping.')) => controller.abort(reason),
    expire: () => deadline.abort(new Fault('budget_spent', 'deadline', 'The run took longer than 45 minutes.')),
    runnerOptions,
  }
}

async function sourceOf({ folder, sources }: LabParts, files: Files): Promise<{ path: string; commit: string }> {
  const key = JSON.stringify(files)
  const make = async () => {
    const path = join(folder, `source-${sources.size}`)
    await git(folder, ['init', '--quiet', '--initial-branch=main', path])
    await write(path, files)
    return { path, commit: await commitAll(path, 'feat: a shop') }
  }
  const known = sources.get(key) ?? make()
  sources.set(key, known)
  return known
}

function factsOf(baseCommit: string, { policy = '', npm = false, idle = false, facts }: OpenRequest): BaseFacts {
  return {
    repository: 'acme/shop',
    baseBranch: 'main',
    baseCommit,
    policyText:
      npm || policy.includes('checks:') ? policy : `${idle ? 'checks: { test: "true" }' : withoutNpm}\n${policy}`,
    repositoryBytes: 1_000,
    openPullRequests: [],
    workflowsRunOnPush: false,
    notes: [],
    ...facts,
  }
}

async function claim({ ledger }: LabParts, source: string, request: OpenRequest): Promise<ClaimedRun> {
  const base = newRun({ repositoryKey: `local:${source}` })
  const task = { ...base.task, title: 'The first price is missing', body: '`total([1, 2])` is 2.', ...request.task }
  const recorded = request.runId === undefined ? await ledger.record({ ...base, task }) : undefined
  if (recorded !== undefined && recorded.kind !== 'recorded') throw new Error(`not recorded: ${recorded.kind}`)
  const claimed = await ledger.claim(recorded?.run.id ?? request.runId ?? '')
  if (claimed === undefined) throw new Error('the run could not be claimed')
  return request.claim ? request.claim(claimed) : claimed
}

export function policyOf(text: string | undefined, ceilings: Ceilings = defaultCeilings): Policy {
  const parsed = parsePolicy(text, ceilings)
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.policy
}

function contractOf({ repository, baseBranch, baseCommit }: BaseFacts, { contract }: OpenRequest): TaskContract {
  return {
    ...understanding.parse(understood),
    repository,
    baseBranch,
    baseCommit,
    scope: { include: [], exclude: [] },
    components: [],
    requestedBy: 'mona',
    ...contract,
  }
}

function metered(provider: ScriptedModel, claimed: ClaimedRun, policy: Policy) {
  const name = 'claude-test'
  return createMeteredModel({
    provider,
    store: claimed.modelCalls,
    models: { analyst: name, planner: name, coder: name, reviewer: name },
    ceilings: { usd: policy.limits.usd, tokens: policy.limits.tokens },
    maxTokensPerReply: 16_000,
  })
}

function once<A, T>(make: (given: A) => T): (given: A) => T {
  let made: { value: T } | undefined
  return (given) => {
    made ??= { value: make(given) }
    return made.value
  }
}

function progressOf(claimed: ClaimedRun, host: MemoryTaskHost): Progress {
  const progress = new Progress({
    runId: claimed.run.id,
    maxUsd: 5,
    ignored: [],
    now: () => new Date(),
    show: (view) => host.show(view),
    spent: () => claimed.modelCalls.spent(),
  })
  progress.unmute()
  return progress
}

/** A run with its work tree and baseline, as the stages after `prepare` find it. */
export async function openBenched(lab: Lab, request: OpenRequest = {}) {
  const opened = await lab.open(request)
  const bench = await prepareBench(opened.run, opened)
  const packet = { files: [], map: '', notFound: [] }
  const { contract, policy } = opened
  return { ...opened, bench, packet, task: { contract, policy, bench, packet } }
}
