// Goes the rounds: each duty when it is due, one after the other, and each by one process at a time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Round, Upkeep } from '../run/upkeep.ts'
import type { Duty } from './duty.ts'

export interface RoundsOptions {
  duties: Duty[]
  /** Whether a duty is due, here or in all processes. */
  begin: Upkeep['begin']
  log: Logger
  /** How often is asked what is due. Milliseconds, half a minute when left out. */
  lookMs?: number
}

export interface Rounds {
  /** Looks at once, and then from time to time. */
  start(): void
  /** Gives up the round under way, and waits some seconds for it. */
  stop(): Promise<void>
}

/** A round that takes longer is given up. */
const mostMs = 30 * 60_000
/** A process that died in the middle of one is replaced after it. */
const leaseMs = 2 * 60_000
const renewEveryMs = leaseMs / 4
/** Calls to GitHub that are under way. */
const patienceMs = 5_000

export function createRounds({ duties, begin, log, lookMs = 30_000 }: RoundsOptions): Rounds {
  const stopping = new AbortController()
  let underWay: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    for (const duty of duties)
      if (!stopping.signal.aborted) await goRound(duty, { begin, log, stopping: stopping.signal })
  }
  const lookOnce = () => {
    underWay ??= look().finally(() => {
      underWay = undefined
    })
  }
  return {
    start() {
      lookOnce()
      timer = setInterval(lookOnce, lookMs)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await Promise.race([underWay, sleep(patienceMs, undefined, { ref: false })])
    },
  }
}

interface Going extends Pick<RoundsOptions, 'begin' | 'log'> {
  stopping: AbortSignal
}

/** Never throws: what one duty meets must not keep the others from their rounds. */
async function goRound(duty: Duty, { begin, log, stopping }: Going): Promise<void> {
  try {
    const round = await begin(duty.name, { everyMs: duty.everyMs, leaseMs })
    if (round === undefined) return
    using lease = keepUp(round)
    const signal = AbortSignal.any([stopping, lease.lost, AbortSignal.timeout(mostMs)])
    const end = await duty.round(round.memory, signal).catch((err: unknown) => {
      log.warn({ duty: duty.name, err }, 'a round could not be ended')
      return undefined
    })
    await round.done(end?.memory)
    if (end !== undefined && Object.values(end.found).some((number) => number > 0))
      log.info({ duty: duty.name, ...end.found }, 'a round found something')
  } catch (err) {
    log.warn({ duty: duty.name, err }, 'a round could not be begun or noted')
  }
}

/** Whoever stood still for longer than the lease lasts has lost the round to another process. */
function keepUp(round: Round): Disposable & { lost: AbortSignal } {
  const lost = new AbortController()
  const renew = async () => {
    if (!(await round.renew())) lost.abort()
  }
  // A database that does not answer now is asked again before the lease is over.
  const timer = setInterval(() => void renew().catch(() => undefined), renewEveryMs)
  return { lost: lost.signal, [Symbol.dispose]: () => clearInterval(timer) }
}
