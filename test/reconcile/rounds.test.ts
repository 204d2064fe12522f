import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Duty, RoundEnd } from '../../src/reconcile/duty.ts'
import { ownRounds } from '../../src/reconcile/own-rounds.ts'
import { createRounds, type Rounds } from '../../src/reconcile/rounds.ts'
import type { Upkeep } from '../../src/run/upkeep.ts'
import { silent } from '../github/fixture.ts'
import { type LedgerScene, openLedgerScene } from './scene.ts'

const minuteMs = 60_000
let scene: LedgerScene
let begun: { name: string; memory: unknown }[]
let named = 0

beforeAll(async () => {
  scene = await openLedgerScene()
})
afterAll(() => scene.close())
beforeEach(() => {
  begun = []
  named += 1
})

/** A duty of its own, due every minute. */
function duty(work: (nth: number, signal: AbortSignal) => Promise<RoundEnd>, everyMs = minuteMs): Duty {
  const name = `duty-${named}-${begun.length}-${Math.random()}`
  return {
    name,
    everyMs,
    round: (memory, signal) => {
      begun.push({ name, memory })
      return work(begun.filter((each) => each.name === name).length, signal)
    },
  }
}

const rounds = (duties: Duty[], begin: Upkeep['begin'] = scene.upkeep.begin) =>
  createRounds({ duties, begin, log: silent, lookMs: 5 })

async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 10_000, interval: 5 })
}

async function going(all: Rounds[], meanwhile: () => Promise<void>): Promise<void> {
  for (const each of all) each.start()
  try {
    await meanwhile()
  } finally {
    await Promise.all(all.map((each) => each.stop()))
  }
}

describe('rounds of all processes', () => {
  it('are gone by one at a time, when they are due, each with the memory of the one before', async () => {
    const counted = duty(async (nth) => ({ memory: { nth }, found: {} }))
    const fleet = [rounds([counted]), rounds([counted]), rounds([counted])]
    await going(fleet, async () => {
      await until(() => begun.length === 1)
      scene.pass(1)
      await until(() => begun.length === 2)
      scene.pass(1)
      await until(() => begun.length === 3)
    })
    expect(begun.map(({ memory }) => memory)).toEqual([undefined, { nth: 1 }, { nth: 2 }])
  })

  it('go on after one that failed, with the memory from before, and keep no other duty from its own', async () => {
    const failing = duty(async (nth) => {
      if (nth === 2) throw new Error('GitHub is away')
      return { memory: nth, found: {} }
    })
    const other = duty(async () => ({ found: {} }))
    const of = ({ name }: Duty) => begun.filter((each) => each.name === name)
    await going([rounds([failing, other])], async () => {
      for (let nth = 1; nth <= 3; nth += 1) {
        await until(() => of(failing).length === nth && of(other).length === nth)
        scene.pass(1)
      }
    })
    expect(
      of(failing)
        .slice(0, 3)
        .map(({ memory }) => memory),
    ).toEqual([undefined, 1, 1])
  })

  it('are given up when the process stops', async () => {
    let aborted = false
    const long = duty(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true
            resolve({ found: {} })
          })
        }),
    )
    await going([rounds([long])], () => until(() => begun.length === 1))
    expect(aborted).toBe(true)
  })
})

it('rounds of one process ask nobody, and are due in their own time', async () => {
  const begin = ownRounds(scene.now)
  const mine = { everyMs: 10 * minuteMs, leaseMs: 1 }
  expect(await begin('sweep', mine)).toBeDefined()
  expect(await begin('sweep', mine)).toBeUndefined()
  expect(await begin('other', mine)).toBeDefined()
  scene.pass(10)
  expect(await begin('sweep', mine)).toBeDefined()
})
