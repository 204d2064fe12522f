// Takes jobs from pg-boss and hands them to the worker.
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import { Fault, toFault } from '../errors.ts'
import type { Database } from './database.ts'
import { activeJobs, deadJobs, giveBack, type JobData, jobs, occupyRepository, runsWithoutJob } from './jobs.ts'
import type { Attempt, AttemptsLeft, JobHandler } from './queue.ts'

/** How long handlers may take to come back once their signal is aborted. */
const abortGraceMs = 5_000

type RunJob = JobWithMetadata<JobData>

export class JobTaker {
  readonly #boss: PgBoss
  readonly #database: Database
  readonly #concurrency: number
  readonly #shutdown = new AbortController()

  constructor(boss: PgBoss, { database, concurrency }: { database: Database; concurrency: number }) {
    this.#boss = boss
    this.#database = database
    this.#concurrency = concurrency
  }

  async work(handler: JobHandler): Promise<void> {
    if (this.#database.kind === 'embedded') await this.#takeBackOwnJobs()
    for (const data of await runsWithoutJob(this.#database))
      await this.#boss.send(jobs, data, { group: { id: data.repositoryKey } })
    const options = {
      includeMetadata: true as const,
      pollingIntervalSeconds: 1,
      // New jobs announce themselves; only those whose pause is over wait for the next look.
      notifyPollingIntervalSeconds: 2,
      heartbeatRefreshSeconds: 4,
    }
    await this.#boss.work(
      jobs,
      { ...options, localConcurrency: this.#concurrency, groupConcurrency: 1 },
      async ([job]: RunJob[]) => job && this.#attempt(job, handler),
    )
    await this.#boss.work(deadJobs, options, async ([job]: RunJob[]) => job && this.#end(job, handler))
  }

  async stop(graceMs: number): Promise<void> {
    const drained = Promise.all([this.#boss.offWork(jobs), this.#boss.offWork(deadJobs)])
    await Promise.race([drained, sleep(graceMs, undefined, { ref: false })])
    this.#shutdown.abort(new Fault('infrastructure', 'shutdown', 'Draftsmith is stopping.'))
    await Promise.race([drained, sleep(abortGraceMs, undefined, { ref: false })])
    await this.#boss.stop({ graceful: false })
  }

  /** The folder is ours alone, so whatever is active belonged to a process that died: no need to wait for its heartbeat. */
  async #takeBackOwnJobs(): Promise<void> {
    for (const queue of [jobs, deadJobs]) {
      for (const id of await activeJobs(this.#database, queue)) {
        await this.#boss.fail(queue, id, { message: 'the process died' })
        await this.#boss.update({ name: queue, options: { id, startAfter: new Date() } })
      }
    }
  }

  async #attempt(job: RunJob, handler: JobHandler): Promise<void> {
    if (!(await occupyRepository(this.#database, job.data.repositoryKey, job.id))) return giveBack(this.#database, job)
    try {
      await this.#hand(job, handler, isLast(job) ? 'last' : 'more')
    } finally {
      this.#lookAgain()
    }
  }

  #end(job: RunJob, handler: JobHandler): Promise<void> {
    return this.#hand(job, handler, isLast(job) ? 'over' : 'none')
  }

  async #hand(job: RunJob, handler: JobHandler, left: AttemptsLeft): Promise<void> {
    const signal = AbortSignal.any([job.signal, this.#shutdown.signal])
    try {
      await handler(job.data.runId, signal, attemptOf(job, left))
    } catch (thrown) {
      if (this.#shutdown.signal.aborted) return giveBack(this.#database, job)
      // The error is kept with the job: only what is safe to read there.
      const { code, message } = toFault(thrown)
      throw new Error(`${code}: ${message}`)
    }
  }

  /** The repository is free now: its next run need not wait for the next look. Wakes the own worker too, once it is through. */
  #lookAgain(): void {
    for (const { id, name } of this.#boss.getWipData()) if (name === jobs) this.#boss.notifyWorker(id)
  }
}

function isLast({ retryCount, retryLimit }: RunJob): boolean {
  return retryCount >= retryLimit
}

/** As pg-boss reckons: something between half of this and the whole. */
function attemptOf({ retryCount, retryDelay, retryDelayMax }: RunJob, left: AttemptsLeft): Attempt {
  const seconds = retryDelay * 2 ** Math.min(16, retryCount)
  return { left, pauseMs: Math.min(seconds, retryDelayMax ?? seconds) * 1_000 }
}
