import { describe, expect, it } from 'vitest'
import type { Estimate } from '../../src/estimate/estimate.ts'
import { cost } from '../../src/render/figures.ts'
import { costByRole, estimateAgainst, estimateLine, usageByRole } from '../../src/render/price-tag.ts'
import { renderStatus } from '../../src/render/status.ts'
import { statusView } from './views.ts'

const estimate: Estimate = {
  tokens: { low: 6_123, middle: 12_345, high: 36_900 },
  usd: { low: 0.021, middle: 0.0399, high: 0.12 },
  basis: { kind: 'earlier_runs', runs: 7, like: 'repository_and_type' },
}

describe('the price tag', () => {
  it.each<[Estimate['basis'], string]>([
    [
      { kind: 'earlier_runs', runs: 7, like: 'repository_and_type' },
      'the middle of 7 earlier runs of this kind in this repository',
    ],
    [{ kind: 'earlier_runs', runs: 3, like: 'repository' }, 'the middle of 3 earlier runs in this repository'],
    [{ kind: 'earlier_runs', runs: 4, like: 'type' }, 'the middle of 4 earlier runs of this kind, in any repository'],
    [{ kind: 'earlier_runs', runs: 4, like: 'any' }, 'the middle of 4 earlier runs, in any repository'],
    [{ kind: 'size' }, 'a guess from what there is to read, since there are too few earlier runs'],
  ])('says what it is made from: %j', (basis, words) => {
    expect(estimateLine({ ...estimate, basis })).toBe(
      `about 0.04 USD and 12,000 tokens (0.02–0.12 USD, 6,100–37,000 tokens): ${words}`,
    )
  })

  it('says that a model has no price, and gives the tokens alone', () => {
    expect(estimateLine({ ...estimate, usd: undefined, basis: { kind: 'size' } })).toBe(
      'about 12,000 tokens (6,100–37,000 tokens): a guess from what there is to read, since there are too few earlier runs; a model has no known price',
    )
  })

  it('stands beside what was really used', () => {
    expect(estimateAgainst(estimate, { usd: 0.03, tokens: 8_484 })).toBe(
      'Estimated 0.04 USD and 12,000 tokens (0.02–0.12 USD, 6,100–37,000 tokens), used 0.03 USD and 8,484 tokens',
    )
    expect(estimateAgainst({ ...estimate, usd: undefined }, { usd: undefined, tokens: 8_484 })).toBe(
      'Estimated 12,000 tokens (6,100–37,000 tokens), used 8,484 tokens',
    )
  })

  it('stands in the status comment while the run is under way, and beside the cost when it is over', () => {
    const running = renderStatus(statusView({ state: 'running', estimate }))
    expect(running).toContain('**Expected cost:** about 0.04 USD and 12,000 tokens')
    const outcome = { kind: 'plan_only' as const, reason: 'It is critical.' }
    const ended = renderStatus(statusView({ state: 'ended', outcome, estimate, usd: 0.03, tokens: 8_484 }))
    expect(ended).not.toContain('Expected cost')
    expect(ended).toContain('\n- Estimated 0.04 USD and 12,000 tokens')
  })

  it('names what each role took', () => {
    const usage = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 }
    const lines = costByRole({
      byRole: [
        { role: 'coder', tokens: 5_300, usd: 0.021, calls: 3, usage },
        { role: 'reviewer', tokens: 900, usd: undefined, calls: 1, usage },
      ],
    })
    expect(lines).toEqual(['coder: 0.02 USD, 5,300 tokens, 3 calls', 'reviewer: no price known, 900 tokens, 1 call'])
    expect(costByRole({})).toEqual([])
  })

  it('says of a run with and without prices what is known', () => {
    const charge = { tokens: 900, usd: undefined, maxUsd: 5 }
    expect(cost({ ...charge, knownUsd: 0.4 })).toBe(
      '0.40 of 5.00 USD and more, no price known for a model · 900 tokens',
    )
    expect(cost({ ...charge, knownUsd: 0 })).toBe('no price known for the model · 900 tokens')
    expect(cost({ ...charge, usd: 0.4, knownUsd: 0.4 })).toBe('0.40 of 5.00 USD · 900 tokens')
  })

  it('tells on request what the tokens were', () => {
    const usage = { inputTokens: 1_200, cacheWriteTokens: 3_900, cacheReadTokens: 9_000, outputTokens: 600 }
    expect(usageByRole({ byRole: [{ role: 'coder', tokens: 6_600, usd: 0.02, calls: 3, usage }] })).toEqual([
      'coder: 0.02 USD, 6,600 tokens, 3 calls (1,200 new, 3,900 to the cache, 9,000 from the cache, 600 written)',
    ])
  })
})
