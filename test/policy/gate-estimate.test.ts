import { describe, expect, it } from 'vitest'
import type { Estimate, Span } from '../../src/estimate/estimate.ts'
import { gate } from '../../src/policy/gate.ts'
import { gateEstimate } from '../../src/policy/gate-estimate.ts'
import { decideOnPlan } from '../../src/policy/gate-plan.ts'
import { defaultCeilings } from '../../src/policy/policy.ts'
import { contractOf, factsOf, planOf, policyOf } from './fixture.ts'

const span = (middle: number): Span => ({ low: middle / 2, middle, high: middle * 2 })
const estimate = (tokens: number, usd?: number): Estimate => ({
  tokens: span(tokens),
  usd: usd === undefined ? undefined : span(usd),
  basis: { kind: 'size' },
})

function decided(expected: Estimate, text: string = '') {
  const policy = policyOf(text)
  const decision = gate(contractOf(), policy, factsOf())
  if (decision.kind === 'declined') throw new Error('declined')
  const priced = gateEstimate(expected, { policy, decision })
  const knownFiles = new Set(['src/slug.ts'])
  const planned = decideOnPlan(planOf('src/slug.ts'), contractOf(), {
    policy,
    decision: priced,
    knownFiles,
    ceilings: defaultCeilings.limits,
  })
  return { before: decision, priced, planned }
}

describe('an estimate', () => {
  it('that fits changes nothing, also where its upper end would not', () => {
    const { before, priced, planned } = decided(estimate(190_000, 4.9))
    expect(priced).toEqual(before)
    expect(planned).toMatchObject({ kind: 'allowed', approvals: [] })
  })

  it('above the ceiling in dollars has a person decide over the plan', () => {
    const { planned } = decided(estimate(100_000, 5.01))
    expect(planned).toMatchObject({
      kind: 'approval_required',
      approvals: [
        'The estimate of 5.01 USD passes the ceiling of 5.00 (limits.usd). What is not done when it is reached is kept as it is then.',
      ],
    })
  })

  it('above the ceiling in tokens does so, too, with or without a price', () => {
    for (const usd of [undefined, 0.2]) {
      const { planned } = decided(estimate(30_000, usd), 'limits: { tokens: 20000 }')
      expect(planned).toMatchObject({
        kind: 'approval_required',
        approvals: [
          expect.stringMatching(/^The estimate of 30000 tokens passes the ceiling of 20000 \(limits.tokens\)/),
        ],
      })
    }
  })
})
