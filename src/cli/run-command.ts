// `draftsmith run`: the same flow on a clone of this machine, for one issue.
import { userInfo } from 'node:os'
import type { Logger } from 'pino'
import type { LocalFlow } from '../compose.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import type { Ledger } from '../run/ledger.ts'
import { identify } from '../task/identity.ts'
import { sanitise } from '../task/sanitise.ts'
import { recordedInspection } from '../task/screen-stage.ts'
import type { Task } from '../task/task.ts'
import type { Inspection } from '../task/task-host.ts'
import { describeBase } from './describe-base.ts'
import { type IssueText, readIssue } from './issue-source.ts'
import type { LocalBase } from './local-base.ts'
import { claim, type Standing, withLocalRun } from './local-run.ts'
import type { Terminal } from './terminal.ts'

export interface RunOptions {
  repo: string
  issue: string
  base?: string
  /** Start over where a run of the same text was interrupted, or waits for an answer. */
  fresh?: boolean
  json?: boolean
}

/** Answers the exit code. Throws `invalid_input` faults for what the user gave. */
export async function runCommand(
  options: RunOptions,
  { config, log, terminal }: { config: Config; log: Logger; terminal: Terminal },
): Promise<number> {
  const { fresh = false, json = false } = options
  const issue = await readIssue(options.issue, { ...config, stdin: terminal.stdin })
  const base = await describeBase(config, options)
  const task = taskOf(options, { issue, base })
  return withLocalRun({ config, log, terminal, base, json }, (flow) =>
    findRun(flow, { task, base, fresh, say: terminal.progress }),
  )
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

/** A new run, or the one of the same text that was interrupted or waits for an answer, provided that it started from the same commit. */
async function findRun({ ledger }: LocalFlow, { task, base, fresh, say }: RunRequest): Promise<Standing> {
  const { runId, known } = await recordRun(ledger, task)
  const run = known ? await ledger.find(runId) : undefined
  const { question, state } = run ?? {}
  if (run && question && (state === 'awaiting_approval' || state === 'awaiting_answer') && !fresh)
    return { kind: 'waiting', run, question }
  if (question && fresh) return startOver(ledger, task, 'Another run was started afresh.')
  const claimed = await claim({ ledger }, runId)
  if (!known) return { kind: 'claimed', claimed }
  const inspection = await recordedInspection(claimed)
  // After an answer a run looks at its base anew by itself.
  const moved =
    claimed.answers.length === 0 && inspection?.kind === 'ready' && inspection.facts.baseCommit !== base.baseCommit
  if (!fresh && !moved) {
    say(`Going on with run ${runId}, which was interrupted: nothing is paid twice. --fresh starts over.`)
    return { kind: 'claimed', claimed }
  }
  const why = fresh ? 'another one was started afresh' : `it had started from ${inspectedCommit(inspection)}`
  await claimed.settle({ kind: 'cancelled', reason: `The run was interrupted, and ${why}.` })
  return { kind: 'claimed', claimed: await claim({ ledger }, (await recordRun(ledger, task)).runId) }
}

async function startOver(ledger: Ledger, task: Task, reason: string): Promise<Standing> {
  await ledger.cancel(identify(task.source, task.title, task.body).taskKey, { reason })
  return { kind: 'claimed', claimed: await claim({ ledger }, (await recordRun(ledger, task)).runId) }
}

async function recordRun(ledger: Ledger, task: Task): Promise<{ runId: string; known: boolean }> {
  const recorded = await ledger.record({ ...identify(task.source, task.title, task.body), task, force: true })
  if (recorded.kind === 'duplicate_delivery')
    throw new Fault('defect', 'unexpected_delivery', 'A local run has no delivery.')
  return { runId: recorded.run.id, known: recorded.kind === 'already_under_way' }
}

function inspectedCommit(inspection: Inspection | undefined): string {
  return inspection?.kind === 'ready' ? inspection.facts.baseCommit.slice(0, 10) : 'another commit'
}
