// Takes a run from its claim to its end. The only place where what a run throws is caught.
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { ClaimedRun, Ledger } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import type { Question, Waiting } from './question.ts'
import type { Attempt, AttemptsLeft, Queue } from './queue.ts'
import { endOfOtherFormat, endOfOtherVersion } from './record-format.ts'

export interface WorkerOptions {
  ledger: Ledger
  queue: Queue
  /**
   * Does the work. The signal is aborted when the run was cancelled or taken over, its reason being that fault, and when the process stops;
   * it throws then, or returns what it has.
   */
  execute(claimed: ClaimedRun, signal: AbortSignal): Promise<Outcome | Waiting>
  /** The end that an earlier attempt announced, but could not tell so far. It is told again and not worked for again. */
  ended?(claimed: ClaimedRun): Promise<Outcome | undefined>
  /**
   * Keeps the end for `ended` and tells people, before the run is settled: a crash between the two tells it again.
   * False where that has to be tried again. Throws `fenced` alone.
   */
  announce?(claimed: ClaimedRun, outcome: Outcome): Promise<boolean>
  /** Notes that people know how the run ended, or are not to be told: what is not noted is told again. */
  told?(runId: string): Promise<void>
  /** Tells people what is asked, before the run is left to them. Throws `infrastructure` where they could not be told, which is tried again. */
  ask?(claimed: ClaimedRun, question: Question): Promise<void>
  /** Tells people that the run waits for its next attempt, for `ms` at most. Never throws. */
  pause?(claimed: ClaimedRun, because: Fault, ms: number): Promise<void>
  /** Draftsmith's own version. */
  version: string
  logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** How often a run under way is asked whether it may go on. */
  pollMs?: number
}

export interface Worker {
  start(): Promise<void>
  /** Runs still under way after `graceMs` stay `running`; their jobs go back, and the next process goes on. */
  stop(graceMs: number): Promise<void>
}

export function createWorker(options: WorkerOptions): Worker {
  return {
    start: () => options.queue.work((runId, stopping, attempt) => work(options, runId, { stopping, attempt })),
    stop: (graceMs) => options.queue.stop(graceMs),
  }
}

interface Taken {
  /** The process stops. */
  stopping: AbortSignal
  attempt: Attempt
}

async function work(options: WorkerOptions, runId: string, taken: Taken): Promise<void> {
  const claimed = await options.ledger.claim(runId)
  if (claimed === undefined) return
  try {
    const end = (await options.ended?.(claimed)) ?? (await workOn(options, claimed, taken))
    if (end !== undefined) await finish(options, claimed, { end, left: taken.attempt.left })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.class !== 'fenced') throw thrown
    options.logger.warn({ runId, epoch: claimed.run.epoch }, 'another worker has taken over')
  }
}

/** Undefined when the run waits for a person. Throws where another attempt is to follow. */
async function workOn(options: WorkerOptions, claimed: ClaimedRun, taken: Taken): Promise<Outcome | undefined> {
  const { stopping, attempt } = taken
  if (attempt.left === 'none' || attempt.left === 'over') return attemptsUsedUp
  const unreadable = endOfOtherFormat(claimed.run, options.version)
  if (unreadable !== undefined) return unreadable
  const watch = watchClaim(options, claimed)
  try {
    const signal = AbortSignal.any([stopping, watch.signal])
    await claimed.check()
    const end = await options.execute(claimed, signal)
    // A run that was interrupted by our own stop was not cancelled by anybody.
    if (end.kind === 'cancelled' && stopping.aborted && !watch.signal.aborted) stopping.throwIfAborted()
    return end.kind === 'waiting' ? await stand(options, claimed, end) : end
  } catch (thrown) {
    const fault = watch.signal.aborted ? toFault(watch.signal.reason) : toFault(thrown)
    return await endOf(options, claimed, { fault, ...taken })
  } finally {
    watch.end()
  }
}

const attemptsUsedUp: Outcome = {
  kind: 'failed',
  code: 'attempts_used_up',
  reason: 'The run was interrupted too often and was given up.',
  mend: 'Look into the log for what stopped the process, then start the run again.',
}

interface Watch {
  /** Aborted with the fault `fenced` or `cancelled`. */
  signal: AbortSignal
  end(): void
}

function watchClaim({ logger, pollMs = 1_000 }: WorkerOptions, claimed: ClaimedRun): Watch {
  const controller = new AbortController()
  const look = async () => {
    try {
      await claimed.check()
    } catch (thrown) {
      const fault = toFault(thrown)
      if (fault.class === 'fenced' || fault.class === 'cancelled') controller.abort(fault)
      else logger.warn({ runId: claimed.run.id, err: fault }, 'could not look whether the run may go on')
    }
  }
  const timer = setInterval(look, pollMs)
  controller.signal.addEventListener('abort', () => clearInterval(timer))
  return { signal: controller.signal, end: () => clearInterval(timer) }
}

/** Asked, told, and only then left: whoever is told can answer at once, and a crash in between asks again. */
async function stand({ logger, ask }: WorkerOptions, claimed: ClaimedRun, { question }: Waiting): Promise<undefined> {
  await claimed.ask(question)
  await ask?.(claimed, question)
  const end = await claimed.stand(question)
  logger.info({ runId: claimed.run.id, end, hash: question.hash }, 'run left the worker')
}

interface Thrown extends Taken {
  fault: Fault
}

async function endOf(
  options: WorkerOptions,
  claimed: ClaimedRun,
  { fault, stopping, attempt }: Thrown,
): Promise<Outcome> {
  if (fault.class === 'fenced') throw fault
  if (fault.class === 'cancelled') return { kind: 'cancelled', reason: fault.message }
  if (stopping.aborted) throw fault
  if (fault.class === 'infrastructure' && attempt.left === 'more') return retry(options, claimed, { fault, attempt })
  options.logger.error({ runId: claimed.run.id, err: fault }, 'run failed')
  const otherVersion = endOfOtherVersion(claimed.run, options.version, fault)
  if (otherVersion !== undefined) return otherVersion
  const { code, message: reason, mend } = fault
  return { kind: 'failed', code, reason, ...(mend === undefined ? {} : { mend }) }
}

/** Throws, so that the queue tries again after a pause, unless somebody asked to stop; meanwhile the run counts as queued and can be cancelled at once. */
async function retry(
  options: WorkerOptions,
  claimed: ClaimedRun,
  { fault, attempt }: Pick<Thrown, 'fault' | 'attempt'>,
): Promise<Outcome> {
  const { code, message } = fault
  options.logger.warn({ runId: claimed.run.id, err: fault }, 'run will be tried again')
  try {
    await claimed.event('retry', { code, message })
    // Told first: whoever stops a run in the queue tells that, and nothing may be told after it.
    await options.pause?.(claimed, fault, attempt.pauseMs(fault))
    await claimed.transition('queued')
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.class === 'cancelled') return { kind: 'cancelled', reason: thrown.message }
    // The database itself may be what is away; the claim after the pause repairs the state.
    options.logger.warn({ runId: claimed.run.id, err: thrown }, 'the retry could not be recorded')
  }
  throw fault
}

async function finish(
  options: WorkerOptions,
  claimed: ClaimedRun,
  { end, left }: { end: Outcome; left: AttemptsLeft },
): Promise<void> {
  const runId = claimed.run.id
  const outcome = await namingWhatIsMade(options, runId, end)
  const told = await tell(options, claimed, outcome)
  if (!told) await tellLater(options, claimed, left)
  await claimed.settle(outcome)
  options.logger.info({ runId, end: outcome.kind, ...whyOf(outcome) }, 'run left the worker')
  if (told) await noteTold(options, runId)
}

/** The run is over: what fails here is told twice at worst. */
async function noteTold({ told, logger }: WorkerOptions, runId: string): Promise<void> {
  await told?.(runId).catch((err: unknown) => logger.warn({ runId, err }, 'that the end was told could not be noted'))
}

/** Where a newer run of the task was asked for meanwhile, the one status is that one's. */
async function tell({ ledger, announce }: WorkerOptions, claimed: ClaimedRun, outcome: Outcome): Promise<boolean> {
  const newest = await ledger.latest(claimed.run.taskKey)
  if (announce === undefined || newest?.id !== claimed.run.id) return true
  return announce(claimed, outcome)
}

/** Throws, so that the queue comes back to it; the last time it is only noted, and left to the rounds. */
async function tellLater({ logger }: WorkerOptions, claimed: ClaimedRun, left: AttemptsLeft): Promise<void> {
  if (left !== 'over')
    throw new Fault('infrastructure', 'untold', 'How the run ended could not be told; that is tried again.')
  logger.error({ runId: claimed.run.id }, 'how the run ended could not be told so far')
  await claimed.event('untold')
}

async function namingWhatIsMade({ ledger, logger }: WorkerOptions, runId: string, end: Outcome): Promise<Outcome> {
  if (end.kind !== 'cancelled' && end.kind !== 'failed') return end
  try {
    return { ...end, ...(await ledger.made(runId)) }
  } catch (thrown) {
    logger.warn({ runId, err: thrown }, 'could not look for work that is kept')
    return end
  }
}

/** For the log: towards people who may not be told it is the only place, and where GitHub takes no comment. */
function whyOf(outcome: Outcome): { code?: string; reason?: string } {
  switch (outcome.kind) {
    case 'pull_request':
      return {}
    case 'reported':
      return { code: outcome.verdict }
    case 'declined':
      return { code: outcome.decline.code, reason: outcome.decline.evidence.join(' ') }
    case 'failed':
      return { code: outcome.code, reason: outcome.reason }
    case 'unverified':
    case 'plan_only':
    case 'cancelled':
      return { reason: outcome.reason }
  }
}
