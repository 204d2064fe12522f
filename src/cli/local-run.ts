// One local run from where it stands to its end, or to a question: what `run` and the commands that answer have in common.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { composeRepositories } from '../compose/repositories.ts'
import { composeLocal, type LocalFlow } from '../compose.ts'
import type { Config } from '../config.ts'
import { Fault, toFault } from '../errors.ts'
import type { PublishRequest } from '../publish/publication.ts'
import { describeQuestion, refusalSentence } from '../render/question.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import { type Outcome, workPatch } from '../run/outcome.ts'
import type { Question, Said } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import type { LocalRepositories } from '../workspace/local-repositories.ts'
import { type LocalBase, resultFiles } from './local-base.ts'
import { describeResult, exitCodeOf, localResult } from './local-result.ts'
import type { Terminal } from './terminal.ts'
import { createTerminalProgress } from './terminal-progress.ts'

/** Where a run stands when a command finds it. */
export type Standing = { kind: 'claimed'; claimed: ClaimedRun } | { kind: 'waiting'; run: Run; question: Question }

/** How a command leaves it. */
export type Left = { kind: 'ended'; outcome: Outcome; resumable: boolean } | { kind: 'waiting'; question: Question }

export interface LocalRunOptions {
  config: Config
  log: Logger
  terminal: Terminal
  base: LocalBase
  json: boolean
}

/** Opens the ledger, lets `find` say which run it is, works on that, and prints what came of it. Answers the exit code. */
export async function withLocalRun(
  options: LocalRunOptions,
  find: (flow: LocalFlow) => Promise<Standing>,
): Promise<number> {
  const { config, log, terminal, base, json } = options
  const startedAt = Date.now()
  const { repositories } = composeRepositories(config)
  const results = join(config.dataDir, 'results', `${Date.now().toString(36)}-${process.pid}`)
  const keepBranch = existsSync(base.repository)
    ? (request: PublishRequest) => keepOnBranch(repositories, base.repository, request)
    : undefined
  const show = createTerminalProgress(terminal.progress)
  const flow = await composeLocal(config, log, { base, results, show, ...(keepBranch && { keepBranch }) })
  try {
    const standing = await find(flow)
    const runId = standing.kind === 'claimed' ? standing.claimed.run.id : standing.run.id
    const left = await goOn(flow, standing, terminal)
    const report = join(results, resultFiles.report)
    const result = localResult({
      run: runId,
      left,
      spent: await flow.ledger.spent(runId),
      seconds: (Date.now() - startedAt) / 1000,
      report: existsSync(report) ? report : undefined,
      keptPatch: await writeKept(flow, { runId, left, results }),
    })
    terminal.out(json ? JSON.stringify(result, null, 2) : describeResult(result, left))
    return exitCodeOf(left)
  } finally {
    await flow.ledger.close()
  }
}

/** Asks whoever sits at the terminal; without one the question is left open. */
async function goOn(flow: LocalFlow, standing: Standing, terminal: Terminal): Promise<Left> {
  if (standing.kind === 'claimed') {
    const { claimed } = standing
    const left = await work(flow, claimed, terminal)
    return left.kind === 'ended' ? left : goOn(flow, { ...left, run: claimed.run }, terminal)
  }
  const { run, question } = standing
  const said = await ask(terminal, question)
  if (said === undefined) return { kind: 'waiting', question }
  const answered = await flow.ledger.answer(run.id, { said, by: userInfo().username })
  if (answered.kind !== 'refused') return goOn(flow, { kind: 'claimed', claimed: await claim(flow, run.id) }, terminal)
  terminal.progress(refusalSentence(answered.refusal))
  return { kind: 'waiting', question }
}

/** Throws `infrastructure` when another process has ended it meanwhile. */
export async function claim({ ledger }: Pick<LocalFlow, 'ledger'>, runId: string): Promise<ClaimedRun> {
  const claimed = await ledger.claim(runId)
  if (claimed === undefined) throw new Fault('infrastructure', 'run_ended', 'The run ended before it could be claimed.')
  return claimed
}

async function ask(terminal: Terminal, question: Question): Promise<Said | undefined> {
  if (terminal.ask === undefined) return undefined
  terminal.progress(['', ...describeQuestion(question)].join('\n'))
  const prompt =
    question.kind === 'approval'
      ? 'Carry it out? `yes`, or a remark to plan again, or Enter to decide later: '
      : 'A number, or how it should be in your own words, or Enter to decide later: '
  return saidIn((await terminal.ask(prompt)).trim(), question)
}

function saidIn(text: string, { kind, hash }: Question): Said | undefined {
  if (text === '' || /^(n|no|later)$/i.test(text)) return undefined
  if (kind === 'approval' && /^(y|yes|approve)$/i.test(text)) return { kind: 'approve', hash }
  if (kind === 'choice' && /^\d{1,3}$/.test(text)) return { kind: 'choose', option: Number(text) }
  return { kind: 'revise', text }
}

/** What was interrupted, or met a network or a disk that failed, stays open: the same command goes on with it. */
async function work({ runner }: LocalFlow, claimed: ClaimedRun, { interrupted }: Terminal): Promise<Left> {
  const left = await leftBy(() => runner.execute(claimed, interruption(interrupted)))
  if (left.kind === 'waiting') {
    await claimed.ask(left.question)
    await runner.ask(claimed, left.question)
    await claimed.stand(left.question)
    return left
  }
  await runner.announce(claimed, left.outcome)
  if (left.resumable) await claimed.transition('queued')
  else await claimed.settle(left.outcome)
  return left
}

async function leftBy(execute: () => ReturnType<LocalFlow['runner']['execute']>): Promise<Left> {
  try {
    const end = await execute()
    return end.kind === 'waiting' ? end : { kind: 'ended', outcome: end, resumable: false }
  } catch (thrown) {
    const { class: kind, code, message: reason, mend } = toFault(thrown)
    if (kind === 'cancelled') return { kind: 'ended', outcome: { kind: 'cancelled', reason }, resumable: true }
    const outcome: Outcome = { kind: 'failed', code, reason, ...(mend && { mend }) }
    return { kind: 'ended', outcome, resumable: kind === 'infrastructure' }
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
  { runId, left, results }: { runId: string; left: Left; results: string },
): Promise<string | undefined> {
  if (left.kind === 'waiting' || 'publication' in left.outcome) return undefined
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
