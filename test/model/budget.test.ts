import fc from 'fast-check'
import { expect, test } from 'vitest'
import { admit, chargedTokens, promptBound, tokenBound, upperCost } from '../../src/model/budget.ts'
import { sumCalls } from '../../src/model/charge.ts'
import type { ModelRequest } from '../../src/model/model.ts'

const price = { input: 2, cacheWrite: 2.5, cacheRead: 0.2, output: 10 }

test('tokens are charged as input, cache writes, output and a tenth of cache reads', () => {
  expect(chargedTokens({ inputTokens: 100, cacheWriteTokens: 20, cacheReadTokens: 1_000, outputTokens: 3 })).toBe(223)
})

test('the bound of a text is half its letters and blanks and all its other bytes', () => {
  expect(tokenBound('some plain words')).toBe(8)
  expect(tokenBound('{}();')).toBe(5)
  expect(tokenBound('日本')).toBe(6)
})

test('what the provider has counted replaces the guess for the beginning of a conversation', () => {
  const request: ModelRequest = {
    role: 'coder',
    model: 'm',
    system: 'x'.repeat(10_000),
    tools: [],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'y'.repeat(10_000) }] },
      { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
    ],
    maxTokens: 100,
  }
  expect(promptBound(request)).toBeGreaterThan(10_000)
  expect(promptBound(request, { messages: 1, tokens: 4_000 })).toBeLessThan(4_100)
})

test('the reply is shortened to what is left, and a call without room for one is refused', () => {
  const ask = (spent: number) =>
    admit({
      spent: { tokens: spent, usd: 0 },
      ceilings: { tokens: 20_000, usd: 5 },
      promptTokens: 5_000,
      maxTokens: 8_000,
      price,
    })
  expect(ask(0)).toMatchObject({ kind: 'allowed', maxTokens: 8_000 })
  expect(ask(10_000)).toMatchObject({ kind: 'allowed', maxTokens: 5_000, reserve: { tokens: 10_000 } })
  expect(ask(14_000)).toEqual({ kind: 'refused', ceiling: 'tokens', left: 6_000, needed: 6_024 })
})

test('the ceiling in dollars refuses with the dollars that are missing', () => {
  const admission = admit({
    spent: { tokens: 0, usd: 4.99 },
    ceilings: { tokens: 1_000_000, usd: 5 },
    promptTokens: 5_000,
    maxTokens: 8_000,
    price,
  })
  expect(admission).toMatchObject({ kind: 'refused', ceiling: 'usd' })
})

test('no admitted call can pass a ceiling', () => {
  const amount = fc.integer({ min: 0, max: 300_000 })
  fc.assert(
    fc.property(
      amount,
      fc.double({ min: 0, max: 6, noNaN: true }),
      amount,
      fc.integer({ min: 1, max: 64_000 }),
      (tokens, usd, promptTokens, maxTokens) => {
        const ceilings = { tokens: 200_000, usd: 5 }
        const admission = admit({ spent: { tokens, usd }, ceilings, promptTokens, maxTokens, price })
        if (admission.kind === 'refused') return
        expect(tokens + promptTokens + admission.maxTokens).toBeLessThanOrEqual(ceilings.tokens)
        expect(usd + upperCost(promptTokens, admission.maxTokens, price)).toBeLessThanOrEqual(ceilings.usd + 1e-9)
      },
    ),
  )
})

test('without a price only the token ceiling holds', () => {
  const admission = admit({
    spent: { tokens: 0, usd: undefined },
    ceilings: { tokens: 50_000, usd: 0.01 },
    promptTokens: 1_000,
    maxTokens: 8_000,
    price: undefined,
  })
  expect(admission).toEqual({ kind: 'allowed', maxTokens: 8_000, reserve: { tokens: 9_000, usd: undefined } })
})

test('where one role has no price, the ceiling in dollars holds for the others', () => {
  const call = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0, tokens: 1_000 }
  const spent = sumCalls([
    { ...call, role: 'coder', usd: null },
    { ...call, role: 'planner', usd: 4.99 },
  ])
  expect(spent).toMatchObject({ usd: undefined, knownUsd: 4.99 })
  const ceilings = { tokens: 1_000_000, usd: 5 }
  expect(admit({ spent, ceilings, promptTokens: 5_000, maxTokens: 8_000, price })).toMatchObject({
    kind: 'refused',
    ceiling: 'usd',
  })
})

test('a run is summed over all roles and by role', () => {
  const usage = { inputTokens: 1, cacheWriteTokens: 2, cacheReadTokens: 30, outputTokens: 4 }
  const call = { ...usage, tokens: 10, usd: 0.5 }
  const charge = sumCalls([
    { ...call, role: 'analyst' },
    { ...call, role: 'coder' },
    { ...call, role: 'coder', usd: null },
  ])
  expect(charge).toMatchObject({ tokens: 30, usd: undefined, knownUsd: 1, calls: 3, usage: { cacheReadTokens: 90 } })
  expect(charge.byRole).toEqual([
    { role: 'analyst', tokens: 10, usd: 0.5, calls: 1, usage },
    {
      role: 'coder',
      tokens: 20,
      usd: undefined,
      calls: 2,
      usage: { inputTokens: 2, cacheWriteTokens: 4, cacheReadTokens: 60, outputTokens: 8 },
    },
  ])
})
