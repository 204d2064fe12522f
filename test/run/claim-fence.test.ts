// What only several connections can show: a write and a claim at the same moment.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun } from '../../src/run/ledger.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { modelReply, modelRequest, newRun, unique } from './support.ts'

describePostgres('a write that begins while the run is claimed by another worker', () => {
  let server: TestDatabase
  let database: Database
  let old: ClaimedRun

  beforeEach(async () => {
    server = await createTestDatabase()
    database = await openDatabase({ url: server.url })
    const ids = () => unique('r').slice(0, 12)
    const ledger = createLedger({ database, clock: () => new Date(), ids, version: '1.2.3' })
    const recorded = await ledger.record(newRun())
    const claimed = recorded.kind === 'recorded' ? await ledger.claim(recorded.run.id) : undefined
    if (claimed === undefined) throw new Error('the run could not be claimed')
    old = claimed
  })
  afterEach(async () => {
    await database.close()
    await server.drop()
  })

  /** What `write` comes to when the claim it stands for ends, or does not, in a transaction that was there first. */
  async function during(change: 'claimed' | 'given up', write: () => Promise<unknown>): Promise<unknown> {
    let writing: Promise<unknown> | undefined
    let waited = true
    await database
      .transact(async (transaction) => {
        await transaction.execute(sql`update draftsmith.run set epoch = epoch + 1 where id = ${old.run.id}`)
        writing = write().then(
          () => 'written',
          (error: { code?: string }) => error.code,
        )
        waited = (await Promise.race([writing, sleep(150, 'waits')])) === 'waits'
        if (change === 'given up') transaction.rollback()
      })
      .catch(() => {})
    expect(waited).toBe(true)
    return writing
  }

  const stage = { stage: 'plan', round: 0, inputHash: 'h' }
  const writes: Record<string, () => Promise<unknown>> = {
    event: () => old.event('something'),
    'a stage': () => old.writeStage(stage, 'value'),
    'an artifact': () => old.writeArtifact('log', 'text'),
    'a reservation': () =>
      old.modelCalls.reserve({ requestHash: 'h', request: modelRequest('ask'), tokens: 10, usd: 1 }),
  }

  it.each(Object.keys(writes))('waits for it and is refused: %s', async (name) => {
    expect(await during('claimed', async () => writes[name]?.())).toBe('fenced')
  })

  it.each(Object.keys(writes))('waits for it and is made when the claim is taken back: %s', async (name) => {
    expect(await during('given up', async () => writes[name]?.())).toBe('written')
  })

  it('leaves a reply unsettled, so that the newer worker counts it as spent', async () => {
    const request = { requestHash: 'h', request: modelRequest('ask'), tokens: 10, usd: 1 }
    const reservation = await old.modelCalls.reserve(request)
    expect(await during('claimed', () => old.modelCalls.settle(reservation, modelReply('late'), 1))).toBe('fenced')
    expect(await old.modelCalls.find('h')).toBeUndefined()
    expect((await old.modelCalls.spent()).tokens).toBe(10)
  })
})
