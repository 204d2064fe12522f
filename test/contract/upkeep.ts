// What every database has to promise to the rounds. Run by test/run/drizzle-upkeep.test.ts on each of them.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { createUpkeep } from '../../src/run/drizzle-upkeep.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import type { Upkeep } from '../../src/run/upkeep.ts'
import { modelReply, modelRequest, newRun, unique } from '../run/support.ts'

export function upkeepContract(open: () => Promise<Database>): void {
  let database: Database
  let ledger: Ledger
  let upkeep: Upkeep
  let now: Date

  const at = (time: string) => new Date(`2026-01-01T${time}Z`)
  const times = { everyMs: 60_000, leaseMs: 600_000 }
  const claimNew = async (request = newRun()): Promise<ClaimedRun> => {
    const recorded = await ledger.record(request)
    const claimed = recorded.kind === 'recorded' ? await ledger.claim(recorded.run.id) : undefined
    if (claimed === undefined) throw new Error('not claimed')
    return claimed
  }
  const ended = async () => {
    const claimed = await claimNew()
    await claimed.settle({ kind: 'declined', decline: { code: 'ambiguous', evidence: [] } })
    return claimed
  }
  const idsOf = async (runs: Promise<{ id: string }[]>) => (await runs).map(({ id }) => id)

  beforeAll(async () => {
    database = await open()
    const clock = () => now
    ledger = createLedger({ database, clock, ids: () => unique('r').slice(0, 12), version: '1' })
    upkeep = createUpkeep({ database, clock })
  })
  afterAll(() => database.close())
  beforeEach(() => {
    now = at('10:00:00')
  })

  it('gives a round to one of twenty, and the next one when it is due', async () => {
    const duty = unique('duty')
    const begun = await Promise.all(Array.from({ length: 20 }, () => upkeep.begin(duty, times)))
    const [round, ...others] = begun.filter((each) => each !== undefined)
    expect(others).toEqual([])
    expect(round?.memory).toBeUndefined()
    now = at('10:00:59')
    await round?.done({ upTo: 7 })
    expect(await upkeep.begin(duty, times)).toBeUndefined()
    now = at('10:01:00')
    const next = await upkeep.begin(duty, times)
    expect(next?.memory).toEqual({ upTo: 7 })
    await next?.done()
    now = at('10:02:00')
    expect((await upkeep.begin(duty, times))?.memory).toEqual({ upTo: 7 })
  })

  it('leaves a round to the process that goes on with it, for as long as that says so', async () => {
    const duty = unique('duty')
    const round = await upkeep.begin(duty, times)
    now = at('10:09:00')
    expect(await round?.renew()).toBe(true)
    now = at('10:18:00')
    expect(await upkeep.begin(duty, times)).toBeUndefined()
    now = at('10:19:00')
    expect(await upkeep.begin(duty, times)).toBeDefined()
    expect(await round?.renew()).toBe(false)
  })

  it('gives the round of a process that died to another one, and hears no more of it', async () => {
    const duty = unique('duty')
    const dead = await upkeep.begin(duty, times)
    now = at('10:09:59')
    expect(await upkeep.begin(duty, times)).toBeUndefined()
    now = at('10:10:00')
    const next = await upkeep.begin(duty, times)
    await dead?.done({ from: 'the dead' })
    expect(await upkeep.begin(duty, times)).toBeUndefined()
    await next?.done()
    now = at('10:20:00')
    expect((await upkeep.begin(duty, times))?.memory).toBeUndefined()
  })

  it('knows of whose end nobody was told', async () => {
    const { run } = await ended()
    await claimNew()
    expect(await idsOf(upkeep.untold(at('09:00:00'), at('10:00:00')))).toEqual([run.id])
    expect(await idsOf(upkeep.untold(at('09:00:00'), at('09:59:59')))).toEqual([])
    await upkeep.told(run.id)
    expect(await idsOf(upkeep.untold(at('09:00:00'), at('10:00:00')))).toEqual([])
  })

  it('knows which runs a worker has for long: since their last claim, and only while it has them', async () => {
    const { run } = await claimNew()
    const left = await claimNew()
    await left.transition('queued')
    now = at('12:00:00')
    expect(await idsOf(upkeep.takenBefore(at('10:00:01')))).toContain(run.id)
    expect(await idsOf(upkeep.takenBefore(at('10:00:01')))).not.toContain(left.run.id)
    await ledger.claim(run.id)
    expect(await idsOf(upkeep.takenBefore(at('12:00:00')))).not.toContain(run.id)
  })

  it('clears what an old run takes, and keeps that it was, how it ended, and that its label was obeyed', async () => {
    const request = newRun()
    const claimed = await claimNew(request)
    const { id } = claimed.run
    await claimed.writeStage({ stage: 'plan', round: 0, inputHash: 'h' }, { a: 1 })
    await claimed.writeArtifact('work.patch', 'diff')
    await claimed.event('pushed')
    const call = { requestHash: 'h', request: modelRequest('a'), tokens: 9, usd: 9 }
    await claimed.modelCalls.settle(await claimed.modelCalls.reserve(call), modelReply('a'), 0.25)
    await claimed.settle({ kind: 'cancelled', reason: 'enough' })
    const young = await ended()
    while ((await upkeep.clear(at('10:00:00'), 100)) > 0);
    expect(await ledger.stages(id)).toHaveLength(1)

    now = at('11:00:00')
    const { run: under } = await claimNew()
    while ((await upkeep.clear(at('10:00:01'), 1)) > 0);
    expect(
      await Promise.all([ledger.stages(id), ledger.artifacts(id), ledger.events(id), ledger.modelCalls(id)]),
    ).toEqual([[], [], [], []])
    expect(await ledger.find(id)).toMatchObject({ outcome: { kind: 'cancelled', reason: 'enough' }, clearedAt: now })
    expect((await ledger.record(request)).kind).toBe('stale')
    expect(await ledger.find(young.run.id)).toMatchObject({ clearedAt: now })
    expect((await ledger.find(under.id))?.clearedAt).toBeUndefined()
  })

  it('forgets deliveries that are too old to come again', async () => {
    const delivery = unique('delivery')
    await ledger.seen(delivery)
    await upkeep.forgetDeliveries(at('10:00:00'))
    expect(await ledger.seen(delivery)).toBe(false)
    await upkeep.forgetDeliveries(at('10:00:01'))
    expect(await ledger.seen(delivery)).toBe(true)
  })
}
