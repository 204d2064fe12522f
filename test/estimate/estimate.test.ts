import { describe, expect, it } from 'vitest'
import { type EarlierRun, estimateFromRuns } from '../../src/estimate/estimate.ts'
import { guessFromSize, type Size } from '../../src/estimate/size-guess.ts'
import type { ModelRole } from '../../src/model/model.ts'

const price = { input: 2, cacheWrite: 2.5, cacheRead: 0.2, output: 10 }
const nothing = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 }
const subject = { repositoryKey: 'github:acme/shop', taskType: 'bug_fix' as const }
const allPriced = () => price

/** A run whose coder had prompts of so many tokens. */
const ran = (inputTokens: number, changes: Partial<EarlierRun> = {}): EarlierRun => ({
  ...subject,
  usage: { coder: { ...nothing, inputTokens } },
  ...changes,
})
const elsewhere = { repositoryKey: 'github:acme/other' }
const feature = { taskType: 'feature' as const }

describe('an estimate from earlier runs', () => {
  it('is their median, between what nine of ten took at least and at most', () => {
    const runs = Array.from({ length: 10 }, (_, at) => ran((at + 1) * 1_000))
    expect(estimateFromRuns(runs, subject, allPriced)).toEqual({
      tokens: { low: 1_000, middle: 5_000, high: 9_000 },
      usd: { low: 0.002, middle: 0.01, high: 0.018 },
      basis: { kind: 'earlier_runs', runs: 10, like: 'repository_and_type' },
    })
  })

  it.each([
    ['of this kind here', [ran(1), ran(2), ran(3), ran(9, feature)], 'repository_and_type', 3],
    ['here', [ran(1), ran(2), ran(9, feature), ran(5, elsewhere)], 'repository', 3],
    ['of this kind elsewhere', [ran(1), ran(2), ran(5, elsewhere), ran(9, { ...feature, ...elsewhere })], 'type', 3],
    [
      'of any kind anywhere',
      [ran(1), ran(9, { ...feature, ...elsewhere }), ran(8, { ...feature, ...elsewhere })],
      'any',
      3,
    ],
  ])('takes the nearest three: %s', (_, runs, like, count) => {
    expect(estimateFromRuns(runs, subject, allPriced)?.basis).toEqual({ kind: 'earlier_runs', runs: count, like })
  })

  it('is none from two runs', () => {
    expect(estimateFromRuns([ran(1), ran(2)], subject, allPriced)).toBeUndefined()
  })

  it('is priced as of today, role by role, and has no price where one role has none', () => {
    const usage = { coder: { ...nothing, outputTokens: 1_000 }, reviewer: { ...nothing, inputTokens: 1_000 } }
    const runs = [ran(0, { usage }), ran(0, { usage }), ran(0, { usage })]
    const dear = { ...price, output: 100 }
    const byRole = (role: ModelRole) => (role === 'coder' ? dear : price)
    expect(estimateFromRuns(runs, subject, byRole)?.usd?.middle).toBeCloseTo(0.1 + 0.002)
    const partly = (role: ModelRole) => (role === 'coder' ? price : undefined)
    expect(estimateFromRuns(runs, subject, partly)).toMatchObject({ tokens: { middle: 2_000 }, usd: undefined })
  })

  it('takes no run for one with long prompts because its many short ones add up', () => {
    const tiered = { ...price, above: { promptTokens: 100_000, price: { ...price, input: 200 } } }
    const runs = [ran(300_000), ran(300_000), ran(300_000)]
    expect(estimateFromRuns(runs, subject, () => tiered)?.usd?.middle).toBeCloseTo(0.6)
  })
})

describe('a guess from the size', () => {
  const size: Size = {
    complexity: 'low',
    packetCharacters: 8_000,
    spent: { ...nothing, inputTokens: 500, outputTokens: 200 },
  }
  const guess = (changes: Partial<Size> = {}) => guessFromSize({ ...size, ...changes }, allPriced)

  it('holds what reading the issue has really taken', () => {
    const more = guess({ spent: { ...size.spent, inputTokens: 1_500 } })
    expect(more.tokens.middle - guess().tokens.middle).toBe(1_000)
  })

  it('grows with what there is to read and with how complex it is', () => {
    const steps = [
      guess(),
      guess({ packetCharacters: 40_000 }),
      guess({ packetCharacters: 40_000, complexity: 'high' }),
    ]
    const tokens = steps.map(({ tokens: { middle } }) => middle)
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b))
    expect(guess({ complexity: 'medium' }).usd?.middle).toBeGreaterThan(guess().usd?.middle ?? 0)
  })

  it('is wide, and without a price where there is none', () => {
    const { tokens, basis } = guess()
    expect(tokens.low).toBeLessThan(tokens.middle)
    expect(tokens.high).toBeGreaterThan(2 * tokens.middle)
    expect(basis).toEqual({ kind: 'size' })
    expect(guessFromSize(size, () => undefined).usd).toBeUndefined()
  })
})
