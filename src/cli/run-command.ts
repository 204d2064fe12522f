// `draftsmith run`: the whole flow on a local clone, without a GitHub App. Progress on stderr, the result on stdout.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { composeLocal, composeRepositories, type LocalFlow } from '../compose.ts'
import type { Config } from '../config.ts'
import { Fault, toFault } from '../errors.ts'
import { policyPath } from '../policy/policy.ts'
import type { PublishRequest } from '../publish/publication.ts'
import type { ClaimedRun, Ledger } from '../run/ledger.ts'
import { type Outcome, workPatch } from '../run/outcome.ts'
import { identify } from '../task/identity.ts'
import { sanitise } from '../task/sanitise.ts'
import { recordedInspection } from '../task/screen-stage.ts'
import type { Task } from '../task/task.ts'
import type { Inspection } from '../task/task-host.ts'
import type { LocalRepositories } from '../workspace/local-repositories.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { type IssueText, readIssue } from './issue-source.ts'
import { type LocalBase, resultFiles } from './local-base.ts'
import { describeResult, exitCodeOf, localResult } from './local-result.ts'
import { repositoryAddress } from './repository-address.ts'
import { createTerminalProgress } from './terminal-progress.ts'

export interface RunOptions {
  repo: string
  issue: string
  base?: string
  /** Start over where a run of the same text was interrupted. */
  fresh?: boolean
  json?: boolean
}

/** What the command talks to; a test gives its own. */
export interface Terminal {
  out(text: string): void
  progress(line: string): void
  stdin: NodeJS.ReadableStream
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal
}

/** Answers the exit code. Throws `invalid_input` faults for what the user gave. */
export async function runCommand(
  options: RunOptions,
  { config, log, terminal }: { config: Config; log: Logger; terminal: Terminal },
): Promise<number> {
  const startedAt = Date.now()
  const issue = await readIssue(options.issue, { ...config, stdin: terminal.stdin })
  const { repositories, workspaces } = composeRepositories(config)
  const base = await describeBase(options, { repositories, workspaces })
  const results = join(config.dataDir, 'results', `${Date.now().toString(36)}-${process.pid}`)
  const keepBranch = existsSync(base.repository)
    ? (request: PublishRequest) => keepOnBranch(repositories, base.repository, request)
    : undefined
  const show = createTerminalProgress(terminal.progress)
  const flow = await composeLocal(config, log, { base, results, show, ...(keepBranch && { keepBranch }) })
  try {
    const task = taskOf(options, { issue, base })
    const claimed = await claimRun(flow, { task, base, fresh: options.fresh === true, say: terminal.progress })
    const { outcome, resumable } = await carryOut(flow, claimed, terminal)
    const keptPatch = await writeKept(flow, { runId: claimed.run.id, outcome, results })
    const report = join(results, resultFiles.report)
    const finished = {
      run: claimed.run.id,
      outcome,
      resumable,
      spent: await claimed.modelCalls.spent(),
      seconds: (Date.now() - startedAt) / 1000,
      report: existsSync(report) ? report : undefined,
      keptPatch,
    }
    const result = localResult(finished)
    terminal.out(options.json ? JSON.stringify(result, null, 2) : describeResult(result, outcome))
    return exitCodeOf(outcome)
  } finally {
    await flow.ledger.close()
  }
}

async function describeBase(
  { repo, base }: RunOptions,
  { repositories, workspaces }: { repositories: LocalRepositories; workspaces: Workspaces },
): Promise<LocalBase> {
  const address = repositoryAddress(repo)
  const found = address
    ? await repositories.describeRemote(address, base)
    : await repositories.describeLocal(repo, base)
  const { root, baseBranch, baseCommit, uncommitted } = found
  const repositoryKey = `local:${root}`
  const peek = await workspaces.open({
    repositoryKey,
    url: root,
    env: {},
    commit: baseCommit,
    runId: `look-${process.pid}`,
  })
  try {
    const notes = uncommitted.length > 0 ? [`Uncommitted work is not part of this run: ${listed(uncommitted)}.`] : []
    return { repository: root, baseBranch, baseCommit, policyText: await peek.readBase(policyPath), notes }
  } finally {
    await peek.close()
  }
}

function listed(paths: string[]): string {
  const shown = paths.slice(0, 5).join(', ')
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown
}

function taskOf({ base }: RunOptions, { issue, base: found }: { issue: IssueText; base: LocalBase }): Task {
  const title = sanitise(issue.title)
  const body = sanitise(issue.body)
  return {
    source: { kind: 'local', repository: found.repository, ...(base && { base }) },
    title: title.text,
    body: body.text,
    removed: [...title.removed, ...body.removed],
    labels: [],
    requestedBy: userInfo().username,
    requestedAt: new Date().toISOString(),
    ...(issue.url && { url: issue.url }),
  }
}

interface RunRequest {
  task: Task
  base: LocalBase
  fresh: boolean
  say(line: string): void
}

/** A new run, or the one of the same text that was interrupted, provided that it started from the same commit. */
async function claimRun({ ledger }: LocalFlow, { task, base, fresh, say }: RunRequest): Promise<ClaimedRun> {
  const { claimed, interrupted } = await recordRun(ledger, task)
  if (!interrupted) return claimed
  const inspection = await recordedInspection(claimed)
  const moved = inspection?.kind === 'ready' && inspection.facts.baseCommit !== base.baseCommit
  if (!fresh && !moved) {
    say(`Going on with run ${claimed.run.id}, which was interrupted: nothing is paid twice. --fresh starts over.`)
    return claimed
  }
  const why = fresh ? 'another one was started afresh' : `it had started from ${inspectedCommit(inspection)}`
  await claimed.settle({ kind: 'cancelled', reason: `The run was interrupted, and ${why}.` })
  return (await recordRun(ledger, task)).claimed
}

async function recordRun(ledger: Ledger, task: Task): Promise<{ claimed: ClaimedRun; interrupted: boolean }> {
  const recorded = await ledger.record({ ...identify(task.source, task.title, task.body), task, force: true })
  if (recorded.kind === 'duplicate_delivery')
    throw new Fault('defect', 'unexpected_delivery', 'A local run has no delivery.')
  const claimed = await ledger.claim(recorded.run.id)
  if (claimed === undefined) throw new Fault('infrastructure', 'run_ended', 'The run ended before it could be claimed.')
  return { claimed, interrupted: recorded.kind === 'already_under_way' }
}

function inspectedCommit(inspection: Inspection | undefined): string {
  return inspection?.kind === 'ready' ? inspection.facts.baseCommit.slice(0, 10) : 'another commit'
}

/** What was interrupted, or met a network or a disk that failed, stays open: the same command goes on with it. */
async function carryOut(
  { runner }: LocalFlow,
  claimed: ClaimedRun,
  { interrupted }: Terminal,
): Promise<{ outcome: Outcome; resumable: boolean }> {
  const { outcome, resumable } = await outcomeOf(() => runner.execute(claimed, interruption(interrupted)))
  await runner.announce(claimed, outcome)
  if (resumable) await claimed.transition('queued')
  else await claimed.settle(outcome)
  return { outcome, resumable }
}

async function outcomeOf(execute: () => Promise<Outcome>): Promise<{ outcome: Outcome; resumable: boolean }> {
  try {
    return { outcome: await execute(), resumable: false }
  } catch (thrown) {
    const { class: kind, code, message: reason, mend } = toFault(thrown)
    if (kind === 'cancelled') return { outcome: { kind: 'cancelled', reason }, resumable: true }
    return { outcome: { kind: 'failed', code, reason, ...(mend && { mend }) }, resumable: kind === 'infrastructure' }
  }
}

/** Ctrl-C as the fault that ends every stage at once. */
function interruption(interrupted: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort(new Fault('cancelled', 'interrupted', 'The run was stopped from the terminal.'))
  if (interrupted.aborted) abort()
  else interrupted.addEventListener('abort', abort, { once: true })
  return controller.signal
}

/** Work that was under way when the run ended early is left as a patch. */
async function writeKept(
  { ledger }: LocalFlow,
  { runId, outcome, results }: { runId: string; outcome: Outcome; results: string },
): Promise<string | undefined> {
  if ('publication' in outcome) return undefined
  const patch = await ledger.artifact(runId, workPatch)
  if (patch === undefined || patch.length === 0) return undefined
  await mkdir(results, { recursive: true })
  const file = join(results, resultFiles.patch)
  await writeFile(file, patch)
  return file
}

async function keepOnBranch(
  repositories: LocalRepositories,
  repository: string,
  request: PublishRequest,
): Promise<string> {
  const { branch, baseCommit, patch, treeSha, commitMessage } = request
  const author = { name: 'Draftsmith', email: 'draftsmith@localhost' }
  const { commitSha } = await repositories.keepBranch({
    repository,
    branch,
    baseCommit,
    patch,
    treeSha,
    message: commitMessage,
    author,
  })
  return commitSha
}
