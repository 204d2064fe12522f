import { describe, expect, it } from 'vitest'
import { prices } from '../../src/model/pricing.ts'
import { chosenModels, priceByRole, reviewersOf } from '../../src/policy/model-choice.ts'
import { type Ceilings, defaultCeilings, parsePolicy } from '../../src/policy/policy.ts'
import { policyOf } from './fixture.ts'

const own = 'claude-sonnet-5'
const models = { analyst: own, planner: own, coder: 'house-model', reviewer: own }
const housePrice = { input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 }
const priced: Ceilings = { ...defaultCeilings, models, prices: { ...prices, 'house-model': housePrice } }
const unpriced: Ceilings = { ...defaultCeilings, models }

describe('a model of the house', () => {
  it('without a price is noted, since only the token ceiling holds', () => {
    expect(parsePolicy('', unpriced)).toMatchObject({
      notes: ['No price is known for house-model: only the token ceiling holds.'],
    })
  })

  it('that the deployment has given a price needs no note, and may be named by a policy', () => {
    expect(parsePolicy('models: { reviewer: house-model }', priced)).toMatchObject({ kind: 'ok', notes: [] })
  })

  it('may be one of several that review: each needs a price, and the estimate goes by their mean', () => {
    const several = policyOf('models: { reviewer: [claude-opus-5, claude-haiku-4-5, claude-opus-5] }')
    expect(reviewersOf(several)).toEqual(['claude-opus-5', 'claude-haiku-4-5'])
    expect(chosenModels(several, models).reviewer).toBe('claude-opus-5')
    expect(
      priceByRole(policyOf('models: { reviewer: [claude-opus-5, claude-haiku-4-5] }'), priced)('reviewer'),
    ).toEqual({
      input: 3,
      cacheWrite: 3.75,
      cacheRead: 0.3,
      output: 15,
    })
    expect(reviewersOf(policyOf('models: { reviewer: claude-opus-5 }'))).toEqual([undefined])
    expect(parsePolicy('models: { reviewer: [claude-opus-5, gratis] }', priced)).toMatchObject({
      kind: 'invalid',
      problems: [{ message: expect.stringContaining('`gratis` has no known price') }],
    })
  })

  it('pays what the deployment says, role by role', () => {
    const policy = policyOf('models: { planner: claude-opus-5 }')
    const price = priceByRole(policy, priced)
    expect(price('coder')).toEqual(housePrice)
    expect(price('planner')).toEqual(prices['claude-opus-5'])
    expect(price('analyst')).toEqual(prices[own])
    expect(priceByRole(policy, unpriced)('coder')).toBeUndefined()
    expect(priceByRole(policy, {})('coder')).toBeUndefined()
  })
})
