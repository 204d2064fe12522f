// Takes jobs from pg-boss and hands them to the worker.
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { Database } from './database.ts'
import { JobSlot } from './job-slot.ts'
import { activeJobs, type JobData, jobs, putBack, runsWithoutJob, waitsForOrganisation } from './jobs.ts'
import type { Transaction } from './orm.ts'
import { groupConcurrency, leavePlace, type PlaceRequest, takePlace } from './places.ts'
import type { JobHandler } from './queue.ts'
import { readPause } from './queue-pause.ts'

/** How long handlers may take to come back once their signal is aborted. */
const abortGraceMs = 5_000
/** Before a run is taken again that could not even be claimed, or not be put back. */
const soonMs = 5_000
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
    for (const id of await activeJobs(this.#options.database)) {
      await this.#boss.fail(jobs, id, { message: 'the process died' })
      await this.#boss.update({ name: jobs, options: { id, startAfter: new Date() } })
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
    const take = async ([job]: RunJob[]) => {
      if (job !== undefined) await this.#take(job, handler)
    }
    return Array.from({ length: this.#options.concurrency }, () => this.#slot(take))
  }

  #slot(take: (jobs: RunJob[]) => Promise<void>): JobSlot {
    const options = {
      includeMetadata: true as const,
      pollingIntervalSeconds: 1,
      // New jobs announce themselves; only those whose pause is over wait for the next look.
      notifyPollingIntervalSeconds: 2,
      heartbeatRefreshSeconds: 4,
      groupConcurrency,
    }
    return new JobSlot(async () => {
      const id = await this.#boss.work(jobs, options, take)
      return () => this.#boss.offWork(jobs, { id, wait: true })
    })
  }

  async #take(job: RunJob, handler: JobHandler): Promise<void> {
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
      await this.#hand(job, handler)
    } finally {
      await this.#patiently(() => leavePlace(database, place))
      this.#lookAgain()
    }
  }

  async #hand(job: RunJob, handler: JobHandler): Promise<void> {
    const { database } = this.#options
    try {
      const again = await handler(job.data.runId, AbortSignal.any([job.signal, this.#shutdown.signal]))
      if (again !== undefined) await putBack(database, job, { pauseMs: again.pauseMs, output: again.because })
    } catch (thrown) {
      if (this.#shutdown.signal.aborted) return putBack(database, job, atOnce)
      const { code, message } = toFault(thrown)
      await putBack(database, job, { pauseMs: soonMs, output: { code, message } })
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

const atOnce = { pauseMs: 0, output: undefined }
const forOrganisation = { pauseMs: organisationPauseMs, output: { waits: waitsForOrganisation } } as const
