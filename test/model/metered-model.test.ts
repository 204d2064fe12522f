import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../src/errors.ts'
import { createMeteredModel, type ModelEvent } from '../../src/model/metered-model.ts'
import type { Message } from '../../src/model/model.ts'
import { MemoryModelCalls } from '../support/memory-model-calls.ts'
import { type Scripted, ScriptedModel, text } from '../support/scripted-model.ts'

const models = {
  analyst: 'claude-sonnet-5',
  planner: 'claude-sonnet-5',
  coder: 'claude-sonnet-5',
  reviewer: 'no-price',
}

function setUp(script: Scripted[], ceilings = { tokens: 100_000, usd: 5 }) {
  const provider = new ScriptedModel(script)
  const store = new MemoryModelCalls()
  const events: ModelEvent[] = []
  const open = () =>
    createMeteredModel({
      provider,
      store,
      models,
      ceilings,
      maxTokensPerReply: 4_000,
      events: (event) => events.push(event),
    })
  return { provider, store, events, model: open(), open }
}

function user(words: string): Message[] {
  return [{ role: 'user', content: [text(words)] }]
}

const question = { role: 'coder' as const, system: 'Be brief.', tools: [], messages: user('Why?') }

test('a reply is stored with its charge, and the same question is answered from there unpaid, after a crash too', async () => {
  const usage = { inputTokens: 1_000, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 100 }
  const { model, provider, store, events, open } = setUp([{ content: [text('Because.')], usage }])
  await model.complete(question)
  expect(await open().complete(question)).toMatchObject({ content: [text('Because.')] })
  expect(provider.requests).toHaveLength(1)
  expect(await store.spent()).toMatchObject({ tokens: 1_100, usd: 0.003, calls: 1 })
  expect(events.map((event) => event.paid)).toEqual([true, false])
})

test('a reply is not kept before what must stand when it does, and stays reserved where that fails', async () => {
  const { model, provider, store, open } = setUp([[text('Because.')], [text('Again.')]])
  const lost = new Error('no database')
  await expect(model.complete(question, undefined, () => Promise.reject(lost))).rejects.toBe(lost)
  expect((await store.spent()).tokens).toBeGreaterThan(4_000)
  await open().complete(question)
  expect(provider.requests).toHaveLength(2)
})

test('a reply is used while it is kept: the next one is kept behind it, and the same question waits for it', async () => {
  const { model, provider, store } = setUp([[text('Because.')], [text('So.')]])
  const settle = store.settle.bind(store)
  const write = Promise.withResolvers<void>()
  store.settle = async (...kept) => {
    await write.promise
    await settle(...kept)
  }
  expect(await model.complete(question)).toMatchObject({ content: [text('Because.')] })
  const same = model.complete(question)
  const next = model.complete({ ...question, messages: user('And then?') })
  await expect.poll(() => provider.requests.length).toBe(2)
  expect(store.settled).toHaveLength(0)
  write.resolve()
  expect(await same).toMatchObject({ content: [text('Because.')] })
  expect(await next).toMatchObject({ content: [text('So.')] })
  await model.kept()
  expect(provider.requests).toHaveLength(2)
  expect(store.settled).toHaveLength(2)
})

test('a reply that could not be kept fails the next call, and whoever waits for it', async () => {
  const { model, store } = setUp([[text('Because.')], [text('So.')]])
  const fenced = new Fault('fenced', 'fenced', 'Another worker has the run.')
  store.settle = () => Promise.reject(fenced)
  await model.complete(question)
  await expect(model.kept()).rejects.toBe(fenced)
  await expect(model.complete({ ...question, messages: user('And then?') })).rejects.toBe(fenced)
  await expect(model.spent()).rejects.toBe(fenced)
})

test('a smaller budget finds the same stored reply', async () => {
  const { model, provider } = setUp([[text('Because.')]])
  await model.complete(question)
  await model.complete({ ...question, maxTokens: 500 })
  expect(provider.requests).toHaveLength(1)
})

test('the reply is shortened to what the budget leaves', async () => {
  const { model, provider } = setUp([[text('Because.')]], { tokens: 3_000, usd: 5 })
  await model.complete(question)
  expect(provider.requests[0]?.maxTokens).toBeLessThan(2_000)
  expect(provider.requests[0]?.maxTokens).toBeGreaterThan(1_024)
})

test('a call that could pass the ceiling is not made, and says what it would take', async () => {
  const { model, provider, store } = setUp([], { tokens: 1_500, usd: 5 })
  const fault = await model.complete(question).catch((thrown: unknown) => thrown)
  expect(fault).toMatchObject({
    class: 'budget_spent',
    code: 'model_budget_spent',
    mend: 'Raise limits.tokens, or split the task.',
  })
  expect(String(fault)).toMatch(
    /The next call of the coder could take \d+ tokens, and 1500 tokens of the run's budget are left\./,
  )
  expect(provider.requests).toHaveLength(0)
  expect(store.inFlight).toHaveLength(0)
})

test('where the bound of the prompt would end the work, what the provider counts decides', async () => {
  const { model, provider, store } = setUp([[text('Because.')]], { tokens: 6_000, usd: 5 })
  const count = vi.fn(async () => 1_000)
  const reserve = vi.spyOn(store, 'reserve')
  Object.assign(provider, { count })
  const long = { ...question, messages: user('{}'.repeat(4_000)) }
  await model.complete(long)
  expect(count).toHaveBeenCalledTimes(1)
  expect(provider.requests[0]?.maxTokens).toBe(4_000)
  expect(reserve).toHaveBeenCalledWith(expect.objectContaining({ tokens: 1_120 + 4_000 }))
})

test('nothing is counted while the bound leaves room, and the bound holds where nothing is counted', async () => {
  const { model, provider } = setUp([[text('Because.')]])
  const count = vi.fn(async () => undefined)
  Object.assign(provider, { count })
  await model.complete(question)
  expect(count).not.toHaveBeenCalled()
  const long = { ...question, messages: user('{}'.repeat(60_000)) }
  await expect(model.complete(long)).rejects.toMatchObject({ code: 'model_budget_spent' })
  expect(count).toHaveBeenCalledTimes(1)
})

test('a reservation left by a crash counts as spent', async () => {
  const { model, store } = setUp([[text('Because.')]])
  await store.reserve({
    requestHash: 'lost',
    request: { ...question, model: 'm', maxTokens: 1 },
    tokens: 99_500,
    usd: 1,
  })
  await expect(model.complete(question)).rejects.toMatchObject({ code: 'model_budget_spent' })
})

test('a failure that cost nothing gives the reservation back', async () => {
  const refused = new Fault('infrastructure', 'model_rate_limited', 'later', { data: { charged: false } })
  const { model, store } = setUp([refused, [text('Because.')]])
  await expect(model.complete(question)).rejects.toBe(refused)
  expect(await store.spent()).toMatchObject({ tokens: 0, calls: 0 })
  await model.complete(question)
  expect(store.settled).toHaveLength(1)
})

test('a reply that broke off counts as its prompt and what had arrived', async () => {
  const cut = new Fault('infrastructure', 'model_unreachable', 'gone', { data: { receivedTokens: 50 } })
  const { model, store } = setUp([cut])
  await expect(model.complete(question)).rejects.toBe(cut)
  const spent = await store.spent()
  expect(spent.tokens).toBeGreaterThan(1_000)
  expect(spent.tokens).toBeLessThan(1_200)
  expect(spent.usd).toBeGreaterThan(0)
})

test('a reply that broke off after an unknown amount stays reserved as a whole', async () => {
  const { model, store } = setUp([new Fault('infrastructure', 'model_timeout', 'silent')])
  await expect(model.complete(question)).rejects.toMatchObject({ code: 'model_timeout' })
  expect((await store.spent()).tokens).toBeGreaterThan(5_000)
})

test('the count of the last reply bounds the next prompt of the conversation', async () => {
  const usage = { inputTokens: 700, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 20 }
  const { model, store } = setUp([{ content: [text('Because.')], usage }, () => new Fault('infrastructure', 'x', 'x')])
  const long = user('word '.repeat(2_000))
  await model.complete({ ...question, messages: long })
  const next = [...long, { role: 'assistant' as const, content: [text('Because.')] }, ...user('And?')]
  await model.complete({ ...question, messages: next }).catch(() => undefined)
  expect(store.inFlight[0]?.tokens).toBeLessThan(720 + 4_000 + 200)
})

test('a model without a price is held by the token ceiling alone', async () => {
  const { model, store } = setUp([[text('ok')]], { tokens: 100_000, usd: 0.000001 })
  await model.complete({ ...question, role: 'reviewer' })
  expect(store.settled[0]?.usd).toBeUndefined()
})

const answer = z.strictObject({ name: z.string().max(10), count: z.int().min(1).max(3) })

test('structured output is parsed and validated', async () => {
  const { model, provider } = setUp([[text('{"name":"a","count":2}')]])
  expect(await model.structured({ role: 'analyst', system: 's', messages: user('?'), schema: answer })).toEqual({
    name: 'a',
    count: 2,
  })
  const schema = JSON.stringify(provider.requests[0]?.outputSchema)
  expect(schema).toContain('"additionalProperties":false')
  expect(schema).not.toMatch(/maxLength|minimum|maximum/)
})

test('an invalid reply is sent back once with the problems', async () => {
  const { model, provider } = setUp([[text('{"name":"a","count":7}')], [text('{"name":"a","count":3}')]])
  expect(await model.structured({ role: 'analyst', system: 's', messages: user('?'), schema: answer })).toEqual({
    name: 'a',
    count: 3,
  })
  const sent = JSON.stringify(provider.requests[1]?.messages.at(-1))
  expect(sent).toContain('at count')
  expect(provider.requests[1]?.messages.slice(0, 1)).toEqual(provider.requests[0]?.messages)
})

test('a second invalid reply ends in a fault that tells the problems', async () => {
  const { model } = setUp([[text('no')], [text('{"name":"a"}')]])
  await expect(
    model.structured({ role: 'analyst', system: 's', messages: user('?'), schema: answer }),
  ).rejects.toMatchObject({
    class: 'invalid_input',
    code: 'model_reply_invalid',
    message: expect.stringContaining('at count'),
  })
})

test('a refusal and a cut reply have their own faults', async () => {
  const { model } = setUp([
    { content: [], stopReason: 'refusal' },
    { content: [text('{"na')], stopReason: 'max_tokens' },
  ])
  const ask = (words: string) =>
    model.structured({ role: 'analyst', system: 's', messages: user(words), schema: answer })
  await expect(ask('a')).rejects.toMatchObject({ code: 'model_refused' })
  await expect(ask('b')).rejects.toMatchObject({ code: 'model_reply_cut' })
})
