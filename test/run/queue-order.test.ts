// Which jobs are taken, when and how many at once, on both databases.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import { pauseQueue, readPause, resumeQueue } from '../../src/run/queue-pause.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { temporaryFolder, unique } from './support.ts'

describe('the order on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  orderTests(() => openDatabase({ dataDir: folder.path }))
})

describePostgres('the order on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  orderTests(() => openDatabase({ url: server.url }))
})

/** Only what never comes is given up. */
const patiently = { timeout: 60_000, interval: 10 }
const pausedNote = 'the queue is paused: nothing is taken until `draftsmith queue resume`'

function orderTests(open: () => Promise<Database>): void {
  let database: Database
  let queue: PgBossQueue
  let warnings: unknown[]
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  afterEach(async () => {
    await queue.stop(0)
    await database.query((orm) => orm.execute(sql`delete from pgboss.job`))
    await database.query((orm) => orm.execute(sql`delete from draftsmith.repository`))
  })

  const start = async (concurrency: number, organisationLimit?: number) => {
    warnings = []
    queue = await createQueue({
      database,
      concurrency,
      organisationLimit,
      logger: { error: () => {}, warn: (_: unknown, text?: string) => void warnings.push(text) },
    })
  }
  /** Runs by name, `repository.number`; committed one after the other. */
  const enqueue = async (...runs: string[]) => {
    for (const id of runs) await database.transact((transaction) => queue.enqueue(transaction, runOf(id)))
  }
  const runOf = (id: string) => ({ id, repositoryKey: `github:${id.replace(/\.\d+$/, '')}` })
  /** Each run is begun, and goes on until it is ended. */
  const work = async () => {
    const ends = new Map<string, () => void>()
    const begun: string[] = []
    const history: string[][] = []
    await queue.work(async (runId) => {
      begun.push(runId)
      history.push([...ends.keys(), runId])
      await new Promise<void>((resolve) => ends.set(runId, resolve))
      ends.delete(runId)
    })
    const under = () => [...ends.keys()].sort()
    const becomes = (runs: string[]) => vi.waitFor(() => expect(under()).toEqual(runs), patiently)
    const end = (...runs: string[]) => {
      for (const id of runs) ends.get(id)?.()
    }
    const mostOf = (owner: string) =>
      Math.max(...history.map((runs) => runs.filter((id) => id.startsWith(owner)).length))
    return { begun, mostOf, under, becomes, end }
  }

  it('gives each repository its turn, however many runs another one has, and answers go first', async () => {
    await start(1)
    await enqueue('acme/a.1', 'acme/a.2', 'acme/a.3', 'acme/b.1')
    await database.transact((transaction) => queue.wake(transaction, runOf('acme/c.1')))
    const order = ['acme/c.1', 'acme/a.1', 'acme/b.1', 'acme/a.2', 'acme/d.1', 'acme/a.3']
    const jobs = await work()
    for (const id of order) {
      await jobs.becomes([id])
      // Late, and yet not behind all that had come before.
      if (id === 'acme/a.2') await enqueue('acme/d.1')
      jobs.end(id)
    }
    await vi.waitFor(() => expect(jobs.begun).toEqual(order), patiently)
  })

  it('takes as many runs of a repository at once as it allows, also of those that wait already', async () => {
    await start(4)
    await enqueue('acme/a.1', 'acme/a.2', 'acme/a.3')
    await queue.allowAtOnce('github:acme/a', 2)
    await enqueue('acme/a.4', 'acme/b.1')
    const jobs = await work()
    await jobs.becomes(['acme/a.1', 'acme/a.2', 'acme/b.1'])
    jobs.end('acme/a.1')
    await jobs.becomes(['acme/a.2', 'acme/a.3', 'acme/b.1'])
    await queue.allowAtOnce('github:acme/a', 1)
    jobs.end('acme/a.2', 'acme/b.1')
    await jobs.becomes(['acme/a.3'])
    jobs.end('acme/a.3')
    await jobs.becomes(['acme/a.4'])
    jobs.end('acme/a.4')
  })

  it('takes as many runs of an organisation at once as the deployment allows, and others past them', async () => {
    await start(4, 2)
    await enqueue('acme/a.1', 'acme/b.1', 'acme/c.1', 'acme/d.1', 'acme-2/a.1')
    const jobs = await work()
    // Those that are fetched at the same moment take their places in any order.
    const ofAcme = () => jobs.under().filter((id) => id.startsWith('acme/'))
    const others = (wanted: number, than: string[]) =>
      vi.waitFor(() => {
        expect(ofAcme()).toHaveLength(wanted)
        expect(ofAcme().filter((id) => than.includes(id))).toEqual([])
      }, patiently)
    await others(2, [])
    await vi.waitFor(() => expect(jobs.under()).toContain('acme-2/a.1'), patiently)
    const first = ofAcme()
    // Whoever ends lets the next one go on, long before its pause is over.
    jobs.end(...first)
    await others(2, first)
    jobs.end(...ofAcme(), 'acme-2/a.1')
    await jobs.becomes([])
    expect(jobs.begun.toSorted()).toEqual(['acme-2/a.1', 'acme/a.1', 'acme/b.1', 'acme/c.1', 'acme/d.1'])
    expect(jobs.mostOf('acme/')).toBe(2)
  })

  it('takes nothing while it is paused, lets go on what is under way, and is resumed', async () => {
    await start(2)
    await enqueue('acme/a.1')
    const jobs = await work()
    await jobs.becomes(['acme/a.1'])
    await pauseQueue(database, 'deploying')
    expect(await readPause(database)).toMatchObject({ reason: 'deploying', since: expect.any(Date) })
    await vi.waitFor(() => expect(warnings).toContain(pausedNote), patiently)
    await enqueue('acme/b.1')
    jobs.end('acme/a.1')
    await jobs.becomes([])
    expect(await queue.position('acme/b.1')).toBe(0)
    expect(await resumeQueue(database)).toBe(true)
    await jobs.becomes(['acme/b.1'])
    jobs.end('acme/b.1')
    expect(await resumeQueue(database)).toBe(false)
    expect(jobs.begun).toEqual(['acme/a.1', 'acme/b.1'])
  })

  it('does not begin while it is paused', async () => {
    await start(1)
    await pauseQueue(database, 'deploying')
    await enqueue('acme/a.1')
    const jobs = await work()
    expect(warnings).toEqual([pausedNote])
    // Long enough for a job that is taken.
    await sleep(300)
    expect(jobs.begun).toEqual([])
    await resumeQueue(database)
    await jobs.becomes(['acme/a.1'])
    jobs.end('acme/a.1')
  })

  it('is taken again no earlier than its handler said', async () => {
    await start(1)
    const id = unique('acme/a')
    await enqueue(id)
    const because = { code: 'github_rate_limited', message: 'GitHub has enough.' }
    await queue.work(async () => ({ kind: 'again', pauseMs: 600_000, because }))
    await vi.waitFor(async () => {
      const result = await database.query((orm) =>
        orm.execute(sql`
          select state::text, output, extract(epoch from start_after - now())::float8 as seconds
          from pgboss.job where data ->> 'runId' = ${id}`),
      )
      const [job] = rowsOf<{ state: string; output: unknown; seconds: number }>(result)
      expect(job).toMatchObject({ state: 'retry', output: because })
      expect(job?.seconds).toBeGreaterThan(500)
      expect(job?.seconds).toBeLessThan(601)
    }, patiently)
  })
}
