import { expect, test } from 'vitest'
import type { Usage } from '../../src/model/model.ts'
import { costOf, type Price, priceOf } from '../../src/model/pricing.ts'

const million: Usage = { inputTokens: 1e6, cacheWriteTokens: 1e6, cacheReadTokens: 1e6, outputTokens: 1e6 }

function known(model: string): Price {
  const price = priceOf(model)
  if (!price) throw new Error(`no price for ${model}`)
  return price
}

test('a million tokens of each kind cost what the list says', () => {
  expect(costOf(million, known('claude-sonnet-4-6'))).toBeCloseTo(3 + 3.75 + 0.3 + 15)
  expect(costOf(million, known('claude-opus-5-5'))).toBeCloseTo(4 + 5 + 0.2 + 20)
})

test('a dated name has the price of its model, an unknown one has none', () => {
  expect(priceOf('claude-haiku-4-5-20251001')).toEqual(priceOf('claude-haiku-4-5'))
  expect(priceOf('some-other-model')).toBeUndefined()
  expect(priceOf('constructor')).toBeUndefined()
})

test('a long prompt of Haiku 5.5 is charged by the higher tariff as a whole', () => {
  const short = { inputTokens: 90_000, cacheWriteTokens: 0, cacheReadTokens: 10_000, outputTokens: 1_000 }
  const long = { ...short, cacheReadTokens: 10_001 }
  expect(costOf(short, known('claude-haiku-5-5'))).toBeCloseTo((90_000 * 0.1 + 10_000 * 0.01 + 1_000 * 0.5) / 1e6, 9)
  expect(costOf(long, known('claude-haiku-5-5'))).toBeCloseTo((90_000 * 0.5 + 10_001 * 0.05 + 1_000 * 2.5) / 1e6, 9)
})
