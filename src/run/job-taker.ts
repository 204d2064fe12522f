// Takes jobs from pg-boss and hands them to the worker.
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { Database } from './database.ts'
import { JobSlot } from './job-slot.ts'
import { activeJobs, deadJobs, type JobData, jobs, putBack, runsWithoutJob, waitsForOrganisation } from './jobs.ts'
import type { Transaction } from './orm.ts'
import { type Backoff, longestPause, pauseAfter } from './pauses.ts'
import { groupConcurrency, leavePlace, type PlaceRequest, takePlace } from './places.ts'
import type { Attempt, AttemptsLeft, JobHandler } from './queue.ts'
import { readPause } from './queue-pause.ts'

/** How long handlers may take to come back once their signal is aborted. */
const abortGraceMs = 5_000
/** How often it is asked whether the queue is paused. */
const pauseLookMs = 2_000
/** How often runs are looked for that have lost their job. */
const adoptMs = 60_000
/** Whoever ends a run of an organisation lets the next one go on; this is for ends that were never told. */
const organisationPauseMs = 30_000

type RunJob = JobWithMetadata<JobData>

export interface JobTakerOptions {
  database: Database
  concurrency: number
  organisationLimit?: number | undefined
  backoff: Backoff
  /** Makes a job for a run that has none. */
  adopt(transaction: Transaction, data: JobData): Promise<void>
  logger: Pick<Logger, 'warn'>
}

export class JobTaker {
  readonly #boss: PgBoss
  readonly #options: JobTakerOptions
  readonly #shutdown = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #slots: JobSlot[] = []
  #paused = false
  #looking: Promise<void> | undefined

  constructor(boss: PgBoss, options: JobTakerOptions) {
    this.#boss = boss
    this.#options = options
  }

  async work(handler: JobHandler): Promise<void> {
    if (this.#options.database.kind === 'embedded') await this.#takeBackOwnJobs()
    await this.#adopt()
    this.#slots = this.#slotsFor(handler)
    if (!(await this.#isPaused())) await Promise.all(this.#slots.map((slot) => slot.take()))
    this.#timers.push(
      setInterval(() => {
        this.#looking ??= this.#patiently(() => this.#obeyPause()).finally(() => {
          this.#looking = undefined
        })
      }, pauseLookMs),
      setInterval(() => void this.#patiently(() => this.#adopt()), adoptMs),
    )
  }

  async stop(graceMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#looking
    const drained = Promise.all(this.#slots.map((slot) => slot.leave()))
    await Promise.race([drained, sleep(graceMs, undefined, { ref: false })])
    this.#shutdown.abort(new Fault('infrastructure', 'shutdown', 'Draftsmith is stopping.'))
    await Promise.race([drained, sleep(abortGraceMs, undefined, { ref: false })])
    await this.#boss.stop({ graceful: false })
  }

  /** The folder is ours alone, so whatever is active belonged to a process that died: no need to wait for its heartbeat. */
  async #takeBackOwnJobs(): Promise<void> {
    for (const queue of [jobs, deadJobs]) {
      for (const id of await activeJobs(this.#options.database, queue)) {
        await this.#boss.fail(queue, id, { message: 'the process died' })
        await this.#boss.update({ name: queue, options: { id, startAfter: new Date() } })
      }
    }
  }

  /** The run's row is the truth: one that has to go on gets a job, whatever became of its own. */
  async #adopt(): Promise<void> {
    const { database, adopt, logger } = this.#options
    await database.transact(async (transaction) => {
      for (const data of await runsWithoutJob(transaction)) {
        await adopt(transaction, data)
        logger.warn({ runId: data.runId }, 'run had lost its job')
      }
    })
  }

  async #isPaused(): Promise<boolean> {
    const pause = await readPause(this.#options.database)
    const paused = pause !== undefined
    if (paused && !this.#paused)
      this.#options.logger.warn({ ...pause }, 'the queue is paused: nothing is taken until `draftsmith queue resume`')
    this.#paused = paused
    return paused
  }

  /** Not waited for: a slot is left, and taken again, when what is under way in it has ended. */
  async #obeyPause(): Promise<void> {
    const before = this.#paused
    const paused = await this.#isPaused()
    if (paused === before) return
    for (const slot of this.#slots) void this.#patiently(() => (paused ? slot.leave() : slot.take()))
  }

  #slotsFor(handler: JobHandler): JobSlot[] {
    const run = async ([job]: RunJob[]) => {
      if (job !== undefined) await this.#attempt(job, handler)
    }
    const end = async ([job]: RunJob[]) => {
      if (job !== undefined) await this.#end(job, handler)
    }
    const slots = Array.from({ length: this.#options.concurrency }, () => this.#slot(jobs, run))
    return [...slots, this.#slot(deadJobs, end)]
  }

  #slot(queue: string, take: (jobs: RunJob[]) => Promise<void>): JobSlot {
    const options = {
      includeMetadata: true as const,
      pollingIntervalSeconds: 1,
      // New jobs announce themselves; only those whose pause is over wait for the next look.
      notifyPollingIntervalSeconds: 2,
      heartbeatRefreshSeconds: 4,
      ...(queue === jobs && { groupConcurrency }),
    }
    return new JobSlot(async () => {
      const id = await this.#boss.work(queue, options, take)
      return () => this.#boss.offWork(queue, { id, wait: true })
    })
  }

  async #attempt(job: RunJob, handler: JobHandler): Promise<void> {
    const { database, organisationLimit } = this.#options
    const place: PlaceRequest = { jobId: job.id, repositoryKey: job.data.repositoryKey, organisationLimit }
    const taken = await takePlace(database, place)
    if (taken === 'repository_busy') return putBack(database, job, atOnce)
    if (taken === 'organisation_busy') {
      await putBack(database, job, forOrganisation)
      // It is out of the way: what comes after it need not wait for the next look.
      return this.#lookAgain()
    }
    try {
      await this.#hand(job, handler, isLast(job) ? 'last' : 'more')
    } finally {
      await this.#patiently(() => leavePlace(database, place))
      this.#lookAgain()
    }
  }

  #end(job: RunJob, handler: JobHandler): Promise<void> {
    return this.#hand(job, handler, isLast(job) ? 'over' : 'none')
  }

  async #hand(job: RunJob, handler: JobHandler, left: AttemptsLeft): Promise<void> {
    const { database, backoff } = this.#options
    const signal = AbortSignal.any([job.signal, this.#shutdown.signal])
    const pauseMs = (because: Fault) => longestPause(because, backoff, job.retryCount)
    const attempt: Attempt = { left, pauseMs }
    try {
      await handler(job.data.runId, signal, attempt)
    } catch (thrown) {
      if (this.#shutdown.signal.aborted) return putBack(database, job, atOnce)
      const fault = toFault(thrown)
      const output = { code: fault.code, message: fault.message }
      // The last one ends as pg-boss ends it: among the dead.
      if (isLast(job)) throw new Error(`${output.code}: ${output.message}`)
      const pause = pauseAfter(fault, pauseMs(fault), Math.random())
      await putBack(database, job, { pauseMs: pause, output, counts: true })
    }
  }

  /** There may be something to do now, such as the next run of a repository. Wakes the own worker too, once it is through. */
  #lookAgain(): void {
    for (const { id, name } of this.#boss.getWipData()) if (name === jobs) this.#boss.notifyWorker(id)
  }

  /** What is looked for again soon need not be found now. */
  async #patiently(look: () => Promise<void>): Promise<void> {
    try {
      await look()
    } catch (thrown) {
      this.#options.logger.warn({ err: thrown }, 'the queue could not be looked after')
    }
  }
}

const atOnce = { pauseMs: 0, output: undefined, counts: false }
const forOrganisation = {
  pauseMs: organisationPauseMs,
  output: { waits: waitsForOrganisation },
  counts: false,
} as const

function isLast({ retryCount, retryLimit }: RunJob): boolean {
  return retryCount >= retryLimit
}
