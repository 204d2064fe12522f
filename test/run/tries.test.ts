import { describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { defaultPatience, pauseBefore, triesLeft } from '../../src/run/tries.ts'

const overloaded = new Fault('infrastructure', 'model_overloaded', 'The model is overloaded.')
const full = new Fault('infrastructure', 'disk_full', 'The disk is full.')
const hour = 3_600_000

describe('the tries of a run', () => {
  it('are nine in a row that get no further, and as many again to say so', () => {
    const left = [1, 8, 9, 10, 17, 18, 30].map((tries) => triesLeft({ tries }, defaultPatience))
    expect(left).toEqual(['more', 'more', 'last', 'none', 'none', 'over', 'over'])
  })

  it('are used up by what is broken, with pauses that double up to five minutes', () => {
    const pauses = [1, 2, 3, 7, 8, 9].map((tries) => pauseBefore({ tries, waitedMs: hour }, full, defaultPatience))
    expect(pauses.map((pause) => pause?.ms)).toEqual([5_000, 10_000, 20_000, 300_000, 300_000, undefined])
    expect(pauses.every((pause) => pause?.away === undefined)).toBe(true)
  })

  it('are not used up by who is away: pauses double up to a quarter of an hour, for a day in all', () => {
    const told: number[] = []
    let waitedMs = 0
    for (let pause = first(waitedMs); pause !== undefined; pause = first(waitedMs)) {
      expect(pause.away).toEqual({ who: 'the model', forMs: 24 * hour - waitedMs })
      told.push(pause.ms / 1_000)
      waitedMs += pause.ms
    }
    expect(told.slice(0, 10)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    expect(waitedMs).toBeGreaterThanOrEqual(24 * hour)
    expect(waitedMs).toBeLessThan(24 * hour + 900_000)
  })

  const first = (waitedMs: number) => pauseBefore({ tries: 9, waitedMs }, overloaded, defaultPatience)

  it.each([
    'model_timeout',
    'github_unreachable',
    'github_rate_limited',
    'github_error',
    'git_server_unreachable',
    'database_unreachable',
  ])('are not used up by %s', (code) => {
    const pause = pauseBefore({ tries: 9, waitedMs: 0 }, new Fault('infrastructure', code, 'Away.'), defaultPatience)
    expect(pause?.away?.forMs).toBe(24 * hour)
  })

  it('wait as long as was asked for', () => {
    const limited = new Fault('infrastructure', 'github_rate_limited', 'Later.', { data: { retryAfterSeconds: 1_800 } })
    expect(pauseBefore({ tries: 1, waitedMs: 0 }, limited, defaultPatience)?.ms).toBe(1_830_000)
  })
})
