// The shortened run of `npm run chaos`: calls fail, deliveries come several times, processes die and stand still, and nothing is lost.
import { inject, it, vi } from 'vitest'
import { type ChaosOptions, runChaos } from '../../tools/chaos/run-chaos.ts'
import { describePostgres } from '../support/postgres.ts'

// Most of it is waiting, for heartbeats and for pauses after failed calls.
vi.setConfig({ testTimeout: 500_000 })

const shared = inject('postgresUrl')

const short: Omit<ChaosOptions, 'on'> = {
  moments: 2,
  writesBetween: 30,
  boundaries: false,
  freezesMs: [500],
  // A fifth, as in the long one, has each run wait for a minute.
  faultShare: 0.05,
  seed: 11,
  members: 2,
  underWay: 2,
  // What is lost is found by the rounds, minutes later.
  lostShare: 0,
  postgres: shared === undefined ? undefined : { url: shared },
  breakingMs: 180_000,
  endingMs: 300_000,
  say: () => {},
}

// Both at once, in one suite: neither fills a processor.
describePostgres('nothing is lost or done twice', () => {
  it.concurrent('when the one process on the embedded database dies and stands still', async ({ expect }) => {
    const result = await runChaos({ ...short, on: 'embedded' })
    expect(result).toMatchObject({ losses: [], fallen: [], outcomes: { pull_request: result.issues } })
    expect(result.deeds.crashes + result.deeds.freezes).toBe(short.moments)
  })

  it.concurrent('when two processes on PostgreSQL die and stand still', async ({ expect }) => {
    const result = await runChaos({ ...short, writesBetween: 20, on: 'postgres' })
    expect(result).toMatchObject({ losses: [], fallen: [], outcomes: { pull_request: result.issues } })
    expect(result.deeds.crashes + result.deeds.freezes).toBe(short.moments)
  })
})
