// Takes a run from its claim to its end. The only place where what a run throws is caught.
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { ClaimedRun, Ledger } from './ledger.ts'
import { type Outcome, workPatch } from './outcome.ts'
import type { AttemptsLeft, Queue } from './queue.ts'

/** The run stands still until a person has answered; the worker is free meanwhile. */
export interface Waiting {
  kind: 'waiting'
  state: 'awaiting_approval' | 'awaiting_answer'
}

export interface WorkerOptions {
  ledger: Ledger
  queue: Queue
  /**
   * Does the work. The signal is aborted when the run was cancelled or taken over, its reason being that fault, and when the process stops;
   * it throws then, or returns what it has.
   */
  execute(claimed: ClaimedRun, signal: AbortSignal): Promise<Outcome | Waiting>
  /** Tells people how the run ended, before it is settled: a crash between the two tells it again. Never throws. */
  announce?(claimed: ClaimedRun, outcome: Outcome): Promise<void>
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
    start: () => options.queue.work((runId, signal, attemptsLeft) => work(options, runId, signal, attemptsLeft)),
    stop: (graceMs) => options.queue.stop(graceMs),
  }
}

async function work(
  options: WorkerOptions,
  runId: string,
  stopping: AbortSignal,
  attemptsLeft: AttemptsLeft,
): Promise<void> {
  const claimed = await options.ledger.claim(runId)
  if (claimed === undefined) return
  if (attemptsLeft === 'none') return finish(options, claimed, attemptsUsedUp)
  const watch = watchClaim(options, claimed)
  try {
    const signal = AbortSignal.any([stopping, watch.signal])
    await claimed.check()
    const end = await options.execute(claimed, signal)
    // A run that was interrupted by our own stop was not cancelled by anybody.
    if (end.kind === 'cancelled' && stopping.aborted && !watch.signal.aborted) stopping.throwIfAborted()
    await finish(options, claimed, end)
  } catch (thrown) {
    const fault = watch.signal.aborted ? toFault(watch.signal.reason) : toFault(thrown)
    await settleThrown(options, claimed, { fault, stopping: stopping.aborted, attemptsLeft })
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

async function finish(options: WorkerOptions, claimed: ClaimedRun, end: Outcome | Waiting): Promise<void> {
  const { announce, logger } = options
  const runId = claimed.run.id
  if (end.kind === 'waiting') {
    await claimed.transition(end.state)
    logger.info({ runId, end: end.state }, 'run left the worker')
    return
  }
  const outcome = await namingKeptWork(options, runId, end)
  await announce?.(claimed, outcome)
  await claimed.settle(outcome)
  logger.info({ runId, end: outcome.kind, ...whyOf(outcome) }, 'run left the worker')
}

/** Work that had been kept when the run was thrown out of its flow. */
async function namingKeptWork({ ledger, logger }: WorkerOptions, runId: string, end: Outcome): Promise<Outcome> {
  if ((end.kind !== 'cancelled' && end.kind !== 'failed') || end.patchArtifact !== undefined) return end
  try {
    const kept = (await ledger.artifacts(runId)).some(({ name, bytes }) => name === workPatch && bytes > 0)
    return kept ? { ...end, patchArtifact: workPatch } : end
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

interface Thrown {
  fault: Fault
  stopping: boolean
  attemptsLeft: AttemptsLeft
}

async function settleThrown(options: WorkerOptions, claimed: ClaimedRun, thrown: Thrown): Promise<void> {
  const { fault, stopping, attemptsLeft } = thrown
  const { logger } = options
  const runId = claimed.run.id
  if (fault.class === 'fenced') {
    logger.warn({ runId, epoch: claimed.run.epoch }, 'another worker has taken over')
    return
  }
  if (fault.class === 'cancelled') return finish(options, claimed, { kind: 'cancelled', reason: fault.message })
  if (stopping) throw fault
  if (fault.class === 'infrastructure' && attemptsLeft === 'more') return retry(options, claimed, fault)
  logger.error({ runId, err: fault }, 'run failed')
  const { code, message: reason, mend } = fault
  await finish(options, claimed, { kind: 'failed', code, reason, ...(mend === undefined ? {} : { mend }) })
}

/** Always throws, so that the queue tries again after a pause; meanwhile the run counts as queued and can be cancelled at once. */
async function retry(options: WorkerOptions, claimed: ClaimedRun, fault: Fault): Promise<void> {
  const { code, message } = fault
  options.logger.warn({ runId: claimed.run.id, err: fault }, 'run will be tried again')
  try {
    await claimed.event('retry', { code, message })
    await claimed.transition('queued')
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.class === 'cancelled')
      return finish(options, claimed, { kind: 'cancelled', reason: thrown.message })
    // The database itself may be what is away; the claim after the pause repairs the state.
    options.logger.warn({ runId: claimed.run.id, err: thrown }, 'the retry could not be recorded')
  }
  throw fault
}
