// Takes a run from its claim to its end. The only place where what a run throws is caught.
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { ClaimedRun, Ledger } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { pauseAfter } from './pauses.ts'
import type { Question, Waiting } from './question.ts'
import type { Again, Queue } from './queue.ts'
import { endOfOtherFormat, endOfOtherVersion } from './record-format.ts'
import { defaultPatience, type Patience, type Pause, pauseBefore, pauseOfTry, triesLeft } from './tries.ts'

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
  /** Tells people that the run waits for its next try. Never throws. */
  pause?(claimed: ClaimedRun, because: Fault, pause: Pause): Promise<void>
  patience?: Patience
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
    start: () => options.queue.work((runId, stopping) => work(options, runId, stopping)),
    stop: (graceMs) => options.queue.stop(graceMs),
  }
}

/** `stopping`: the process stops. */
async function work(options: WorkerOptions, runId: string, stopping: AbortSignal): Promise<Again | undefined> {
  const claimed = await options.ledger.claim(runId)
  if (claimed === undefined) return undefined
  try {
    const end = (await options.ended?.(claimed)) ?? (await workOn(options, claimed, stopping))
    return end === undefined || end.kind === 'again' ? end : await finish(options, claimed, end)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.class !== 'fenced') throw thrown
    options.logger.warn({ runId, epoch: claimed.run.epoch }, 'another worker has taken over')
    return undefined
  }
}

/** Undefined when the run waits for a person. Throws where the process stops. */
async function workOn(
  options: WorkerOptions,
  claimed: ClaimedRun,
  stopping: AbortSignal,
): Promise<Outcome | Again | undefined> {
  const patience = options.patience ?? defaultPatience
  if (['none', 'over'].includes(triesLeft(claimed.run, patience))) return triesUsedUp(patience)
  const unreadable = endOfOtherFormat(claimed.run, options.version)
  if (unreadable !== undefined) return unreadable
  const watch = watchClaim(options, claimed)
  await using _ = uncountWhenStopped(options, claimed, stopping)
  try {
    const signal = AbortSignal.any([stopping, watch.signal])
    await claimed.check()
    const end = await options.execute(claimed, signal)
    // A run that was interrupted by our own stop was not cancelled by anybody.
    if (end.kind === 'cancelled' && stopping.aborted && !watch.signal.aborted) stopping.throwIfAborted()
    return end.kind === 'waiting' ? await stand(options, claimed, end) : end
  } catch (thrown) {
    const fault = watch.signal.aborted ? toFault(watch.signal.reason) : toFault(thrown)
    return await endOf(options, claimed, { fault, stopping })
  } finally {
    watch.end()
  }
}

function triesUsedUp({ mostTries }: Patience): Outcome {
  return {
    kind: 'failed',
    code: 'attempts_used_up',
    reason: `The process that worked on the run ended ${mostTries} times in a row before the run got any further. It was given up.`,
    mend: 'Look into the log for what stopped the process, then start the run again.',
  }
}

/** At the moment of the stop, and not once the run has come back: it may take longer to do so than the process has. */
function uncountWhenStopped({ logger }: WorkerOptions, claimed: ClaimedRun, stopping: AbortSignal): AsyncDisposable {
  let written: Promise<void> | undefined
  const uncount = () => {
    const failed = (err: unknown) => logger.warn({ runId: claimed.run.id, err }, 'a try that was stopped counts')
    written = claimed.uncount().catch(failed)
  }
  if (stopping.aborted) uncount()
  else stopping.addEventListener('abort', uncount)
  return {
    async [Symbol.asyncDispose]() {
      stopping.removeEventListener('abort', uncount)
      await written
    },
  }
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

interface Thrown {
  fault: Fault
  stopping: AbortSignal
}

async function endOf(
  options: WorkerOptions,
  claimed: ClaimedRun,
  { fault, stopping }: Thrown,
): Promise<Outcome | Again> {
  if (fault.class === 'fenced') throw fault
  if (fault.class === 'cancelled') return { kind: 'cancelled', reason: fault.message }
  if (stopping.aborted) throw fault
  const pause =
    fault.class === 'infrastructure' ? pauseBefore(claimed.run, fault, options.patience ?? defaultPatience) : undefined
  if (pause !== undefined) return tryAgain(options, claimed, { fault, pause })
  options.logger.error({ runId: claimed.run.id, err: fault }, 'run failed')
  const otherVersion = endOfOtherVersion(claimed.run, options.version, fault)
  if (otherVersion !== undefined) return otherVersion
  const { code, message: reason, mend } = fault
  return { kind: 'failed', code, reason, ...(mend === undefined ? {} : { mend }) }
}

/** Unless somebody asked to stop. Until it is tried again the run counts as queued and can be cancelled at once. */
async function tryAgain(
  options: WorkerOptions,
  claimed: ClaimedRun,
  { fault, pause }: { fault: Fault; pause: Pause },
): Promise<Outcome | Again> {
  const { code, message } = fault
  options.logger.warn({ runId: claimed.run.id, err: fault }, 'run will be tried again')
  try {
    await claimed.event('retry', { code, message })
    // Told first: whoever stops a run in the queue tells that, and nothing may be told after it.
    await options.pause?.(claimed, fault, pause)
    await claimed.putBack({ ms: pause.ms, counts: pause.away === undefined })
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.class === 'cancelled') return { kind: 'cancelled', reason: thrown.message }
    // The database itself may be what is away; the claim after the pause repairs the state.
    options.logger.warn({ runId: claimed.run.id, err: thrown }, 'the retry could not be recorded')
  }
  return again(fault, pause.ms)
}

function again(because: Fault, longestMs: number): Again {
  const { code, message } = because
  return { kind: 'again', pauseMs: pauseAfter(because, longestMs, Math.random()), because: { code, message } }
}

async function finish(options: WorkerOptions, claimed: ClaimedRun, end: Outcome): Promise<Again | undefined> {
  const runId = claimed.run.id
  const outcome = await namingWhatIsMade(options, runId, end)
  const told = await tell(options, claimed, outcome)
  const later = told ? undefined : await tellLater(options, claimed)
  if (later !== undefined) return later
  await claimed.settle(outcome)
  options.logger.info({ runId, end: outcome.kind, ...whyOf(outcome) }, 'run left the worker')
  if (told) await noteTold(options, runId)
  return undefined
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

/** The last time it is only noted, and left to the rounds. */
async function tellLater({ logger, patience = defaultPatience }: WorkerOptions, claimed: ClaimedRun) {
  if (triesLeft(claimed.run, patience) !== 'over') {
    const untold = new Fault('infrastructure', 'untold', 'How the run ended could not be told; that is tried again.')
    return again(untold, pauseOfTry(claimed.run, untold, patience))
  }
  logger.error({ runId: claimed.run.id }, 'how the run ended could not be told so far')
  await claimed.event('untold')
  return undefined
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
