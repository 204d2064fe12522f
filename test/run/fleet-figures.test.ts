import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { createUpkeep } from '../../src/run/drizzle-upkeep.ts'
import { readFleetFigures } from '../../src/run/fleet-figures.ts'
import { createGitHubBudgets } from '../../src/run/github-budgets.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import { pauseQueue, resumeQueue } from '../../src/run/queue-pause.ts'
import { createTestDatabase, describePostgres } from '../support/postgres.ts'
import { modelReply, modelRequest, newRun, temporaryFolder, unique } from './support.ts'

describe('figures on the embedded database', () => {
  suite(async () => {
    const folder = await temporaryFolder()
    return { options: { dataDir: folder.path }, drop: folder.remove }
  })
})
describePostgres('figures on PostgreSQL', () => {
  suite(async () => {
    const { url, drop } = await createTestDatabase()
    return { options: { url }, drop }
  })
})

interface Place {
  options: Parameters<typeof openDatabase>[0]
  drop(): Promise<void>
}

function suite(make: () => Promise<Place>): void {
  let place: Place
  let database: Database
  let ledger: Ledger
  const clock = { now: new Date('2026-01-01T00:00:00Z') }
  const read = () => readFleetFigures(database, clock.now)

  beforeAll(async () => {
    place = await make()
    database = await openDatabase(place.options)
    ledger = createLedger({ database, clock: () => clock.now, ids: () => unique('r'), version: '1' })
  })
  afterAll(async () => {
    await database.close()
    await place.drop()
  })

  async function begin(): Promise<ClaimedRun> {
    const recorded = await ledger.record(newRun())
    const claimed = recorded.kind === 'recorded' ? await ledger.claim(recorded.run.id) : undefined
    if (claimed === undefined) throw new Error(recorded.kind)
    return claimed
  }

  async function pay({ modelCalls }: ClaimedRun, text: string, usd: number | undefined): Promise<void> {
    const request = modelRequest(text)
    const reservation = await modelCalls.reserve({ requestHash: text, request, tokens: 5_000, usd: 1 })
    await modelCalls.settle(reservation, modelReply(text, { inputTokens: 100, outputTokens: 20 }), usd)
  }

  it('count nothing where nothing was', async () => {
    expect(await read()).toEqual({
      ended: [],
      underWay: [],
      pullRequests: [],
      oldestQueuedSeconds: 0,
      queuePaused: false,
      untold: 0,
      charges: [],
      github: { lowestShare: 1, closed: 0 },
    })
  })

  it('never fall, and count a charge once: while the run works, when it ends, and when its rows are gone', async () => {
    const run = await begin()
    await pay(run, 'one', 0.25)
    await pay(run, 'two', undefined)
    const charged = [{ role: 'coder', calls: 2, tokens: 240, usd: 0.25 }]
    expect(await read()).toMatchObject({ underWay: [{ state: 'running', runs: 1 }], charges: charged, ended: [] })

    await run.settle({ kind: 'plan_only', reason: 'Only a plan.' })
    const over = { underWay: [], charges: charged, ended: [{ outcome: 'plan_only', runs: 1 }] }
    expect(await read()).toMatchObject(over)

    await database.query((orm) => orm.execute(sql`delete from draftsmith.model_call where run_id = ${run.run.id}`))
    await database.query((orm) => orm.execute(sql`delete from draftsmith.run where id = ${run.run.id}`))
    expect(await read()).toMatchObject(over)
  })

  it('count a reservation that nobody settled as spent once its run has ended', async () => {
    const before = (await read()).charges[0]
    const run = await begin()
    await run.modelCalls.reserve({ requestHash: 'lost', request: modelRequest('lost'), tokens: 5_000, usd: 1 })
    expect((await read()).charges).toEqual([before])
    await run.settle({ kind: 'failed', code: 'attempts_used_up', reason: 'It was interrupted too often.' })
    expect((await read()).charges).toEqual([{ role: 'coder', calls: 2, tokens: 5_240, usd: 1.25 }])
  })

  it('count what became of a pull request, the first time that it is seen', async () => {
    const { run } = await begin()
    const upkeep = createUpkeep({ database, clock: () => clock.now })
    for (const kind of ['merged', 'closed'] as const) await upkeep.workEnded(run.id, { kind, at: clock.now })
    expect((await read()).pullRequests).toEqual([{ end: 'merged', runs: 1 }])
    await ledger.cancel(run.taskKey, { reason: 'Enough.' })
    await (await ledger.claim(run.id))?.settle({ kind: 'plan_only', reason: 'Enough.' })
  })

  it('tell how long the oldest run has waited that nobody has begun', async () => {
    const recorded = await ledger.record(newRun())
    if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
    clock.now = new Date(clock.now.getTime() + 90_000)
    await ledger.record(newRun())
    expect(await read()).toMatchObject({ underWay: [{ state: 'queued', runs: 2 }], oldestQueuedSeconds: 90 })
    await ledger.cancel(recorded.run.taskKey, { reason: 'Enough.' })
    expect(await read()).toMatchObject({ underWay: [{ state: 'queued', runs: 1 }], oldestQueuedSeconds: 0 })
    expect((await read()).ended).toContainEqual({ outcome: 'cancelled', runs: 1 })
  })

  it('tell of a queue that is paused, and of ends that nobody was told', async () => {
    const { untold } = await read()
    const run = await begin()
    await run.settle({ kind: 'plan_only', reason: 'Only a plan.' })
    await pauseQueue(database, 'an upgrade')
    expect(await read()).toMatchObject({ untold, queuePaused: true })
    clock.now = new Date(clock.now.getTime() + 11 * 60_000)
    const later = (await read()).untold
    expect(later).toBeGreaterThan(untold)
    await createUpkeep({ database, clock: () => clock.now }).told(run.run.id)
    await resumeQueue(database)
    expect(await read()).toMatchObject({ untold: later - 1, queuePaused: false })
  })

  it('tell what GitHub leaves, as the newest answers of all processes have it', async () => {
    const budgets = createGitHubBudgets(database, { sameWindowMs: 60_000 })
    const at = (minutes: number) => clock.now.getTime() + minutes * 60_000
    const join = (id: number, remaining: number, minutes: number, closed?: number) =>
      budgets.join(id, { limit: 5_000, remaining, resetsAt: at(minutes), closedUntil: closed && at(closed) })
    expect(await budgets.read(1)).toBeUndefined()
    await join(1, 4_000, 30, 5)
    await join(1, 3_900, 30.5)
    await join(1, 4_100, 30)
    expect(await budgets.read(1)).toEqual({ limit: 5_000, remaining: 3_900, resetsAt: at(30.5), closedUntil: at(5) })
    await join(2, 500, 10)
    await join(3, 0, -1)
    expect((await read()).github).toEqual({ lowestShare: 0.1, closed: 1 })
    await join(2, 4_900, 70)
    await join(2, 400, 10)
    expect(await budgets.read(2)).toEqual({ limit: 5_000, remaining: 4_900, resetsAt: at(70) })
    expect((await read()).github).toEqual({ lowestShare: 0.78, closed: 1 })
  })
}
