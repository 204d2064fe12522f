import { describe, expect, it } from 'vitest'
import { prices } from '../../src/model/pricing.ts'
import { priceByRole } from '../../src/policy/model-choice.ts'
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
