import { describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { longestPause, pauseAfter } from '../../src/run/pauses.ts'

const backoff = { delaySeconds: 5, maxDelaySeconds: 300 }
const fault = (data: Record<string, unknown> = {}) => new Fault('infrastructure', 'x', 'X.', { data })
const between = (because: Fault, longestMs: number) => [0, 1].map((chance) => pauseAfter(because, longestMs, chance))

describe('a pause', () => {
  it('doubles with each attempt, up to the longest', () => {
    const pauses = [0, 1, 2, 6, 60].map((retries) => longestPause(fault(), backoff, retries))
    expect(pauses).toEqual([5_000, 10_000, 20_000, 300_000, 300_000])
  })

  it('is spread over its second half, so that what failed together does not come back together', () => {
    expect(between(fault(), 20_000)).toEqual([10_000, 20_000])
  })

  it.each([{ retryAfterMs: 120_000 }, { retryAfterSeconds: 120 }])('ends no earlier than was said: %j', (data) => {
    const longest = longestPause(fault(data), backoff, 0)
    expect(longest).toBe(150_000)
    expect(between(fault(data), longest)).toEqual([120_000, 150_000])
  })

  it('is no shorter than the backoff where less was said', () => {
    const told = fault({ retryAfterSeconds: 1 })
    expect(between(told, longestPause(told, backoff, 5))).toEqual([80_000, 160_000])
  })

  it('is an hour where more was said, and the backoff where it was no time', () => {
    expect(longestPause(fault({ retryAfterSeconds: 90_000 }), backoff, 0)).toBe(3_630_000)
    for (const retryAfterSeconds of [-1, 'soon', Number.NaN])
      expect(longestPause(fault({ retryAfterSeconds }), backoff, 0)).toBe(5_000)
  })
})
