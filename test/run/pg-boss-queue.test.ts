// The queue with the ledger and the worker on top, on both databases.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger, NewRun } from '../../src/run/ledger.ts'
import type { Outcome } from '../../src/run/outcome.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import type { Waiting } from '../../src/run/question.ts'
import { recordFormat } from '../../src/run/record-format.ts'
import type { Run } from '../../src/run/run.ts'
import type { Pause } from '../../src/run/tries.ts'
import { createWorker, type Worker } from '../../src/run/worker.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { type Program, startProgram } from '../support/program.ts'
import { approvalOf, newRun, silent, temporaryFolder, unique } from './support.ts'

/** Only what never comes is given up. */
const patiently = { timeout: 60_000, interval: 20 }
const done: Outcome = { kind: 'plan_only', reason: 'done' }

describe('the queue on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  queueTests(() => ({ dataDir: folder.path }), { recoveryMs: 3_000 })
})

describePostgres('the queue on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  queueTests(() => ({ url: server.url }), { recoveryMs: 15_000 })

  it('gives one run of a repository at a time to two processes', async () => {
    const processes = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })))
    const queues = await Promise.all(
      processes.map((database) => createQueue({ database, concurrency: 4, logger: silent })),
    )
    let under = 0
    let most = 0
    let ended = 0
    const handler = async () => {
      under += 1
      most = Math.max(most, under)
      await sleep(30)
      under -= 1
      ended += 1
      return undefined
    }
    await Promise.all(queues.map((queue) => queue.work(handler)))
    const [database] = processes as [Database]
    const [queue] = queues as [PgBossQueue]
    const repositoryKey = unique('github:acme/one')
    await database.transact(async (transaction) => {
      for (let index = 0; index < 8; index += 1) await queue.enqueue(transaction, { id: unique('r'), repositoryKey })
    })
    await vi.waitFor(() => expect(ended).toBe(8), patiently)
    expect(most).toBe(1)
    await Promise.all(queues.map((each) => each.stop(0)))
    await Promise.all(processes.map((each) => each.close()))
  })
})

type Place = { url: string } | { dataDir: string }

function queueTests(place: () => Place, { recoveryMs }: { recoveryMs: number }): void {
  let database: Database
  let queue: PgBossQueue
  let ledger: Ledger
  let worker: Worker
  let execute: (claimed: ClaimedRun, signal: AbortSignal) => Promise<Outcome | Waiting>
  let tell: (claimed: ClaimedRun, outcome: Outcome) => Promise<boolean>
  const pauses: (Pause & { runId: string; message: string })[] = []
  /** Runs of whose end people know. */
  const noted: string[] = []
  const lastWord = { stage: 'last_word', round: 0, inputHash: '' }

  const start = async (version = '2') => {
    database = await openDatabase(place())
    queue = await createQueue({ database, concurrency: 3, logger: silent, heartbeatSeconds: 10 })
    ledger = createLedger({
      database,
      enqueue: queue.enqueue,
      wake: queue.wake,
      clock: () => new Date(),
      ids: () => unique('r'),
      version,
    })
    worker = createWorker({
      version: '2',
      ledger,
      queue,
      logger: silent,
      pollMs: 100,
      patience: {
        mostTries: 3,
        backoff: { delaySeconds: 1, maxDelaySeconds: 1 },
        outage: { delaySeconds: 0.2, maxDelaySeconds: 0.2, longestMs: 500 },
      },
      execute: (claimed, signal) => execute(claimed, signal),
      ended: async (claimed) => (await claimed.readStage(lastWord)) as Outcome | undefined,
      announce: async (claimed, outcome) => {
        await claimed.writeStage(lastWord, outcome)
        return tell(claimed, outcome)
      },
      told: async (runId) => void noted.push(runId),
      pause: async ({ run }, { message }, pause) => void pauses.push({ runId: run.id, message, ...pause }),
    })
  }
  const stop = async (graceMs = 0) => {
    await worker.stop(graceMs)
    await ledger.close()
  }
  const record = async (request: NewRun = newRun()): Promise<Run> => {
    const recorded = await ledger.record(request)
    if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
    return recorded.run
  }
  const settled = (runId: string, timeout = patiently.timeout) =>
    vi.waitFor(
      async () => {
        const run = await ledger.find(runId)
        expect(run?.state).toBe('ended')
        return run?.outcome
      },
      { timeout, interval: 20 },
    )

  beforeEach(async () => {
    await start()
    execute = async () => done
    tell = async () => true
  })
  afterEach(() => stop())

  it('hands a run over as soon as it is recorded', async () => {
    let begun = 0
    execute = async () => {
      begun = performance.now()
      return done
    }
    await worker.start()
    const waits: number[] = []
    // The quickest of three: a busy machine may take its time with one.
    for (let times = 0; times < 3; times += 1) {
      // Longer than the look each second or two: what wakes the worker is the notification.
      await sleep(300)
      const recorded = performance.now()
      const run = await record()
      expect(await settled(run.id)).toEqual(done)
      waits.push(begun - recorded)
    }
    expect(Math.min(...waits)).toBeLessThan(700)
  })

  it('takes runs of one repository in order and one at a time, those of others beside them', async () => {
    const order: string[] = []
    const under = new Map<string, number>()
    let most = 0
    let together = 0
    execute = async ({ run }) => {
      order.push(run.id)
      under.set(run.repositoryKey, (under.get(run.repositoryKey) ?? 0) + 1)
      most = Math.max(most, under.get(run.repositoryKey) ?? 0)
      together = Math.max(
        together,
        [...under.values()].reduce((sum, each) => sum + each),
      )
      await sleep(80)
      under.set(run.repositoryKey, (under.get(run.repositoryKey) ?? 0) - 1)
      return done
    }
    const [first, second] = [unique('github:acme/a'), unique('github:acme/b')]
    const runs: Run[] = []
    for (const repositoryKey of [first, first, first, second]) runs.push(await record(newRun({ repositoryKey })))
    // The other repository's turn comes before the second one of this.
    expect(await Promise.all(runs.map((run) => queue.position(run.id)))).toEqual([0, 2, 3, 1])
    expect(await queue.line(3)).toEqual([0, 3, 1].map((index) => runs[index]?.id))
    await worker.start()
    await Promise.all(runs.map((run) => settled(run.id)))
    expect(most).toBe(1)
    expect(together).toBe(2)
    const ofFirst = runs.slice(0, 3).map((run) => run.id)
    expect(order.filter((id) => ofFirst.includes(id))).toEqual(ofFirst)
  })

  it('tries again after a pause where the infrastructure failed, and fails when the tries are used up', async () => {
    const at: number[] = []
    const states: (string | undefined)[] = []
    execute = async () => {
      at.push(performance.now())
      throw new Fault('infrastructure', 'disk_full', 'The disk is full.', { mend: 'Make room.' })
    }
    await worker.start()
    const run = await record()
    await vi.waitFor(() => expect(at).toHaveLength(1), patiently)
    await vi.waitFor(
      async () => states.push((await ledger.find(run.id))?.state) && expect(states.at(-1)).toBe('queued'),
      patiently,
    )
    expect(await settled(run.id)).toEqual({
      kind: 'failed',
      code: 'disk_full',
      reason: 'The disk is full.',
      mend: 'Make room.',
    })
    expect(at).toHaveLength(3)
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(400)
    expect((await ledger.events(run.id)).map((event) => event.kind)).toEqual(['retry', 'retry'])
    const paused = { runId: run.id, message: 'The disk is full.', ms: 1_000 }
    expect(pauses.filter(({ runId }) => runId === run.id)).toEqual([paused, paused])
  })

  it('waits for who is away without using up its tries, and gives up after a time', async () => {
    let tries = 0
    execute = async () => {
      tries += 1
      throw new Fault('infrastructure', 'model_overloaded', 'The model is overloaded.')
    }
    await worker.start()
    const run = await record()
    expect(await settled(run.id)).toEqual({
      kind: 'failed',
      code: 'model_overloaded',
      reason: 'The model is overloaded.',
    })
    expect(tries).toBe(4)
    const left = pauses.filter(({ runId }) => runId === run.id).map(({ ms, away }) => [ms, away?.who, away?.forMs])
    expect(left).toEqual([500, 300, 100].map((forMs) => [200, 'the model', forMs]))
  })

  it('tells the end until people are told, also when its attempts are used up, and works for it only once', async () => {
    let worked = 0
    let told = 0
    execute = async () => {
      worked += 1
      return done
    }
    tell = async ({ run }) => {
      expect(await ledger.find(run.id)).toMatchObject({ state: 'running', outcome: undefined })
      told += 1
      return told === 5
    }
    await worker.start()
    const run = await record()
    expect(await settled(run.id)).toEqual(done)
    expect([worked, told]).toEqual([1, 5])
    expect(await ledger.events(run.id)).toEqual([])
    await vi.waitFor(() => expect(noted).toContain(run.id), patiently)
  })

  it('settles a run that can never be told of, and notes it', async () => {
    let told = 0
    tell = async () => {
      told += 1
      return false
    }
    await worker.start()
    const run = await record()
    expect(await settled(run.id)).toEqual(done)
    // Three tries, and three more that only end it.
    expect(told).toBe(6)
    expect((await ledger.events(run.id)).map(({ kind }) => kind)).toEqual(['untold'])
    expect(noted).not.toContain(run.id)
  })

  it('fails at once, with its code, for anything else that is thrown', async () => {
    const thrown = [new Error('oops'), new Fault('invalid_input', 'model_key_invalid', 'The key is refused.')]
    execute = async () => {
      throw thrown.shift()
    }
    await worker.start()
    const first = await record()
    expect(await settled(first.id)).toEqual({ kind: 'failed', code: 'unexpected', reason: 'oops' })
    const second = await record()
    expect(await settled(second.id)).toEqual({
      kind: 'failed',
      code: 'model_key_invalid',
      reason: 'The key is refused.',
    })
  })

  it('aborts a run under way when it is cancelled, and settles it as cancelled', async () => {
    let reason: unknown
    execute = (_claimed, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          reject(new Error('aborted'))
        })
      })
    await worker.start()
    const run = await record()
    await vi.waitFor(async () => expect((await ledger.find(run.id))?.state).toBe('running'), patiently)
    await ledger.cancel(run.taskKey, { reason: 'label removed by mona' })
    expect(await settled(run.id, 2_000)).toEqual({ kind: 'cancelled', reason: 'label removed by mona' })
    expect(reason).toMatchObject({ class: 'cancelled' })
  })

  it('starts what was asked for after a stop once the stopped run has ended', async () => {
    const order: string[] = []
    let unwound = () => {}
    execute = async ({ run }, signal) => {
      order.push(`${run.attempt} begins`)
      if (run.attempt === 2) return done
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await new Promise<void>((resolve) => {
        unwound = resolve
      })
      order.push('1 ends')
      throw signal.reason
    }
    await worker.start()
    const request = newRun({ force: true })
    const first = await record(request)
    await vi.waitFor(() => expect(order).toHaveLength(1), patiently)
    const told: number[] = []
    tell = async ({ run }) => told.push(run.attempt) > 0
    await ledger.cancel(first.taskKey, { reason: 'stopped by mona' })
    const second = await record(request)
    await sleep(300)
    unwound()
    expect(await settled(second.id)).toEqual(done)
    expect(await settled(first.id)).toEqual({ kind: 'cancelled', reason: 'stopped by mona' })
    expect(order).toEqual(['1 begins', '1 ends', '2 begins'])
    // The one status of the issue is the second one's by then.
    expect(told).toEqual([2])
  })

  it('stops silently when another worker has taken the run over', async () => {
    let begun = false
    let aborted = false
    execute = async (_claimed, signal) => {
      if (aborted) return done
      begun = true
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted = true
      return { kind: 'declined', decline: { code: 'ambiguous', evidence: [] } }
    }
    await worker.start()
    const run = await record()
    await vi.waitFor(() => expect(begun).toBe(true), patiently)
    const other = await ledger.claim(run.id)
    await vi.waitFor(() => expect(aborted).toBe(true), patiently)
    await sleep(50)
    expect(await ledger.find(run.id)).toMatchObject({ state: 'running', epoch: 2 })
    await other?.settle(done)
  })

  it('leaves a waiting run alone until it is answered, which goes before runs that have not started', async () => {
    const order: string[] = []
    let waits = true
    execute = async ({ run }) => {
      order.push(run.id)
      if (!waits) return done
      waits = false
      return { kind: 'waiting', question: approvalOf('1a2b3c4d') }
    }
    const repositoryKey = unique('github:acme/wait')
    await worker.start()
    const run = await record(newRun({ repositoryKey }))
    await vi.waitFor(async () => expect((await ledger.find(run.id))?.state).toBe('awaiting_approval'), patiently)
    await stop()
    await start()
    const later = await record(newRun({ repositoryKey }))
    const said = { kind: 'approve', hash: '1a2b3c4d' } as const
    const answers = await Promise.all(['mia', 'mona'].map((by) => ledger.answer(run.id, { said, by })))
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['answered', 'refused'])
    expect((await ledger.find(run.id))?.state).toBe('queued')
    await worker.start()
    await Promise.all([settled(run.id), settled(later.id)])
    expect(order).toEqual([run.id, run.id, later.id])
  })

  it('gives a run back when the process stops; the next one goes on at once, and the attempt does not count', async () => {
    let stopped: unknown
    execute = (_claimed, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stopped = signal.reason
          resolve({ kind: 'cancelled', reason: 'interrupted' })
        })
      })
    await worker.start()
    const run = await record()
    await vi.waitFor(async () => expect((await ledger.find(run.id))?.state).toBe('running'), patiently)
    await stop(50)
    expect(stopped).toMatchObject({ code: 'shutdown' })
    await start()
    expect(await ledger.find(run.id)).toMatchObject({ state: 'running', outcome: undefined })
    execute = async () => done
    await worker.start()
    expect(await settled(run.id, 3_000)).toEqual(done)
    expect(await ledger.find(run.id)).toMatchObject({ epoch: 2, tries: 1 })
  })

  it('waits for a run that ends within the grace period', async () => {
    execute = async () => {
      await sleep(200)
      return done
    }
    await worker.start()
    const run = await record()
    await vi.waitFor(async () => expect((await ledger.find(run.id))?.state).toBe('running'), patiently)
    await stop(5_000)
    await start()
    expect(await ledger.find(run.id)).toMatchObject({ state: 'ended', outcome: done })
  })

  it('says clearly that it cannot go on with what another version has begun', async () => {
    await stop()
    await start('1')
    const [changed, broken, queued] = await Promise.all([record(), record(), record()])
    for (const { id } of [changed, broken]) await ledger.claim(id)
    const recordsOf = (id: string) => sql`update draftsmith.run set record_format = 99 where id = ${id}`
    for (const { id } of [changed, queued]) await database.query((orm) => orm.execute(recordsOf(id)))
    await stop()
    await start('2')
    const begun: string[] = []
    execute = async ({ run }) => {
      begun.push(run.id)
      if (run.id === broken.id) throw new TypeError("Cannot read properties of undefined (reading 'files')")
      expect(run).toMatchObject({ version: '2', recordFormat })
      return done
    }
    await worker.start()
    const mend = 'Start it again: the new run begins anew, with a budget of its own.'
    expect(await settled(changed.id)).toEqual({
      kind: 'failed',
      code: 'begun_by_another_version',
      reason: 'The run was begun by Draftsmith 1. Draftsmith 2 reads its records differently.',
      mend,
    })
    expect(await settled(broken.id)).toMatchObject({
      code: 'begun_by_another_version',
      reason: expect.stringMatching(
        /^The run was begun by Draftsmith 1\. Draftsmith 2 could not go on with it: Cannot read/,
      ),
    })
    // Nothing was recorded of the one that only waited.
    expect(await settled(queued.id)).toEqual(done)
    expect(begun.sort()).toEqual([broken.id, queued.id].sort())
  })

  it('makes a job for a run that has lost its own', async () => {
    const run = await record()
    await database.query((orm) => orm.execute(sql`delete from pgboss.job where data ->> 'runId' = ${run.id}`))
    await worker.start()
    expect(await settled(run.id, 3_000)).toEqual(done)
  })

  it('takes over the run of a process that was killed', { timeout: recoveryMs + 20_000 }, async () => {
    await stop()
    const id = unique('r')
    const target = place()
    const args = 'url' in target ? ['url', target.url] : ['dataDir', target.dataDir]
    const program: Program = startProgram(new URL('./fixtures/work-until-killed.ts', import.meta.url), [...args, id])
    expect(await program.line()).toBe('begun')
    await program.kill()
    await start()
    // On PostgreSQL the missing heartbeat tells; nobody waits for it here.
    await database.query((orm) => orm.execute(sql`update pgboss.job set heartbeat_on = now() - interval '1 hour'`))
    await worker.start()
    expect(await settled(id, recoveryMs)).toEqual(done)
    expect((await ledger.events(id)).map((event) => event.kind)).toEqual(['begun'])
    expect((await ledger.find(id))?.epoch).toBe(2)
  })

  it('gives up a run that takes its process down again and again before it gets any further', async () => {
    const run = await record()
    for (let death = 0; death < 3; death += 1) await ledger.claim(run.id)
    let tried = false
    execute = async () => {
      tried = true
      return done
    }
    await worker.start()
    expect(await settled(run.id)).toMatchObject({
      kind: 'failed',
      code: 'attempts_used_up',
      reason: expect.stringMatching(/ended 3 times in a row before the run got any further\. It was given up\.$/),
    })
    expect(tried).toBe(false)
  })

  it('goes on with a run that gets further with each try, however often its process died', async () => {
    const run = await record()
    for (let death = 0; death < 7; death += 1) {
      const claimed = await ledger.claim(run.id)
      if (death % 2 === 0) await claimed?.writeStage({ stage: 'tool_call', round: 0, inputHash: String(death) }, 'said')
    }
    await worker.start()
    expect(await settled(run.id)).toEqual(done)
  })

  it('takes up what an earlier release had given up, or limited', async () => {
    const run = await record()
    await database.query((orm) =>
      orm.execute(sql`update pgboss.job set retry_limit = 8, retry_count = 8 where data ->> 'runId' = ${run.id}`),
    )
    await stop()
    await start()
    await database.query((orm) =>
      orm.execute(sql`update pgboss.job set state = 'active', started_on = now(), heartbeat_on = now() - interval '1 hour'
        where data ->> 'runId' = ${run.id}`),
    )
    await worker.start()
    expect(await settled(run.id)).toEqual(done)
  })
}
