import { expect, test } from 'vitest'
import { z } from 'zod'
import { createEditTools } from '../../src/agent/edit-tools.ts'
import type { Journal } from '../../src/agent/journal.ts'
import { createLookTools } from '../../src/agent/look-tools.ts'
import { type LoopEvent, type LoopOptions, runLoop, say } from '../../src/agent/loop.ts'
import { defineTool, type Tool } from '../../src/agent/tools.ts'
import { Fault } from '../../src/errors.ts'
import { createMeteredModel } from '../../src/model/metered-model.ts'
import type { ModelRequest } from '../../src/model/model.ts'
import { FolderTree } from '../support/folder-tree.ts'
import { MemoryModelCalls } from '../support/memory-model-calls.ts'
import { call, type Scripted, ScriptedModel, text } from '../support/scripted-model.ts'

class MemoryJournal implements Journal {
  readonly entries = new Map<string, string>()
  async recorded(key: string): Promise<string | undefined> {
    return this.entries.get(key)
  }
  readonly #waiting: [string, string][] = []
  record(key: string, value: string): void {
    this.#waiting.push([key, value])
  }
  async written(): Promise<void> {
    for (const [key, value] of this.#waiting.splice(0)) if (!this.entries.has(key)) this.entries.set(key, value)
  }
}

const models = { analyst: 'm', planner: 'm', coder: 'm', reviewer: 'm' }

function setUp(script: Scripted[], more: { store?: MemoryModelCalls; tokens?: number } = {}) {
  const provider = new ScriptedModel(script)
  const ran: string[] = []
  const look: Tool<string> = defineTool({
    name: 'look',
    description: 'Looks.',
    kind: 'observe',
    input: z.strictObject({ at: z.string() }),
    run: async ({ at }) => {
      ran.push(`look ${at}`)
      if (at === 'fault') throw new Fault('fenced', 'fenced', 'Another worker has the run.')
      if (at === 'error') throw Object.assign(new Error('/secret/path is gone'), { code: 'ENOENT' })
      return { text: `seen ${at}` }
    },
  })
  const change: Tool<string> = defineTool({
    name: 'change',
    description: 'Changes.',
    kind: 'effect',
    input: z.strictObject({ at: z.string() }),
    run: async ({ at }) => {
      ran.push(`change ${at}`)
      return { text: `changed ${at}, number ${ran.length}` }
    },
  })
  const end: Tool<string> = defineTool({
    name: 'end',
    description: 'Ends.',
    kind: 'effect',
    input: z.strictObject({ word: z.string() }),
    run: async ({ word }) => ({ text: 'Ended.', end: word }),
  })
  const journal = new MemoryJournal()
  const events: LoopEvent[] = []
  const model = createMeteredModel({
    provider,
    store: more.store ?? new MemoryModelCalls(),
    models,
    ceilings: { tokens: more.tokens ?? 1_000_000, usd: 5 },
    maxTokensPerReply: 2_000,
  })
  const options: LoopOptions<string> = {
    model,
    role: 'coder',
    system: 'Work.',
    tools: [look, change, end],
    messages: [{ role: 'user', content: [text('Do it.')] }],
    limits: { turns: 10, toolCalls: 20 },
    journal,
    onEvent: (event) => events.push(event),
  }
  return { provider, ran, journal, events, options }
}

function expectExtensions(requests: ModelRequest[]): void {
  requests.slice(1).forEach((request, at) => {
    const before = requests[at]
    expect(JSON.stringify(request.messages).startsWith(JSON.stringify(before?.messages).slice(0, -1))).toBe(true)
    expect([request.system, request.tools]).toEqual([before?.system, before?.tools])
  })
}

const results = (request: ModelRequest | undefined) =>
  request?.messages.at(-1)?.content.flatMap((block) => (block.type === 'tool_result' ? [block.content] : []))

test('the calls of one reply run in order, and all results go back in one message', async () => {
  const { provider, ran, options } = setUp([
    [text('I look.'), call('look', { at: 'a' }), call('change', { at: 'b' }), call('look', { at: 'c' })],
    [text('Done.')],
  ])
  const result = await runLoop(options)
  expect(result).toMatchObject({ stop: 'done', finalText: 'Done.', turns: 2, toolCallCount: 3 })
  expect(ran).toEqual(['look a', 'change b', 'look c'])
  expect(results(provider.requests[1])).toEqual(['seen a', 'changed b, number 2', 'seen c'])
})

test('every request is the one before it and something more', async () => {
  const script = Array.from({ length: 6 }, (_, i) => [text(`Step ${i}.`), call('look', { at: `${i}` })])
  const { provider, options } = setUp([...script, [text('Done.')]])
  await runLoop(options)
  expect(provider.requests).toHaveLength(7)
  expectExtensions(provider.requests)
})

test('a tool ends the loop with a value; calls after it are not run', async () => {
  const { ran, options } = setUp([[call('end', { word: 'fin' }), call('change', { at: 'late' })]])
  const result = await runLoop(options)
  expect(result).toMatchObject({ stop: 'done', ending: 'fin' })
  expect(ran).toEqual([])
  expect(result.messages.at(-1)?.content).toMatchObject([
    { content: 'Ended.' },
    { content: 'Not run: the work had ended.', is_error: true },
  ])
})

test("a conversation that ended goes on with a user's words", async () => {
  const { provider, options } = setUp([[call('end', { word: 'fin' })], [text('Repaired.')]])
  const first = await runLoop(options)
  const second = await runLoop({ ...options, messages: say(first.messages, 'A test fails.') })
  expect(second.finalText).toBe('Repaired.')
  expectExtensions(provider.requests)
  expect(provider.requests[1]?.messages.at(-1)?.content).toMatchObject([
    { type: 'tool_result' },
    { type: 'text', text: 'A test fails.' },
  ])
})

test('the limits of turns and of tool calls end it with every call answered', async () => {
  const endless: Scripted = (request) => [
    call('look', { at: `${request.messages.length}` }),
    call('look', { at: `b${request.messages.length}` }),
  ]
  const turns = setUp([endless, endless, endless])
  expect(await runLoop({ ...turns.options, limits: { turns: 3, toolCalls: 20 } })).toMatchObject({
    stop: 'turns',
    turns: 3,
    toolCallCount: 6,
  })
  const calls = setUp([endless, endless])
  const result = await runLoop({ ...calls.options, limits: { turns: 10, toolCalls: 3 } })
  expect(result).toMatchObject({ stop: 'tool_calls', toolCallCount: 3 })
  expect(result.messages.at(-1)?.content).toMatchObject([
    { content: 'seen 3' },
    { content: 'Not run: the limit of tool calls is reached.', is_error: true },
  ])
})

test('the same call three times in a row is answered with a warning, then ends it', async () => {
  const same: Scripted = () => [call('look', { at: 'a' })]
  const { provider, ran, options } = setUp([same, same, same, same])
  expect(await runLoop(options)).toMatchObject({ stop: 'repeated', turns: 4 })
  expect(ran).toEqual(['look a', 'look a'])
  expect(results(provider.requests[3])?.[0]).toContain('the same call three times in a row')
})

test('another call in between starts the count anew', async () => {
  const at = (...places: string[]) => places.map((place) => call('look', { at: place }))
  const { options } = setUp([at('a', 'a', 'b', 'a', 'a'), at('b', 'a'), [text('Done.')]])
  expect(await runLoop(options)).toMatchObject({ stop: 'done', toolCallCount: 7 })
})

test('where something takes the place of a repeated call, the loop goes on without the rest of the reply', async () => {
  const same: Scripted = () => [call('look', { at: 'a' }), call('change', { at: 'b' })]
  const stuck: Scripted = () => [1, 2, 3, 4].map(() => call('look', { at: 'a' })).concat(call('change', { at: 'b' }))
  const { provider, ran, options } = setUp([stuck, same, [text('Done.')]])
  const repeated = async () => ({ text: 'Given up. Next, something else.', isError: true })
  expect(await runLoop({ ...options, repeated })).toMatchObject({ stop: 'done', toolCallCount: 6 })
  expect(results(provider.requests[1])?.slice(2)).toEqual([
    expect.stringContaining('three times in a row'),
    'Given up. Next, something else.',
    'Not run: the same call was repeated.',
  ])
  expect(ran).toEqual(['look a', 'look a', 'look a', 'change b'])
})

test('a call that stands for those in front of it is not run when one of them failed, nor what is behind it', async () => {
  const close: Tool<string> = { ...defineClose(), closes: true }
  const { provider, ran, options } = setUp([
    [call('change', { to: 'b' }), call('look', { at: 'a' }), call('close', { ok: true }), call('change', { at: 'c' })],
    [call('look', { to: 'b' }), call('close', { ok: true }), call('change', { at: 'd' })],
    [call('close', { ok: false }), call('change', { at: 'e' })],
    [text('Done.')],
  ])
  const result = await runLoop({ ...options, tools: [...options.tools, close] })
  expect(results(provider.requests[1])?.slice(1)).toEqual([
    'seen a',
    'Not run: change before it failed.',
    'Not run: close was not accepted.',
  ])
  expect(results(provider.requests[2])?.slice(1)).toEqual(['Closed.', expect.stringContaining('changed d')])
  expect(results(provider.requests[3])).toEqual(['Not yet.', 'Not run: close was not accepted.'])
  expect(ran).toEqual(['look a', 'change d'])
  expect(result.toolCallCount).toBe(6)
})

function defineClose(): Tool {
  return defineTool({
    name: 'close',
    description: 'Closes.',
    kind: 'effect',
    input: z.strictObject({ ok: z.boolean() }),
    run: async ({ ok }) => (ok ? { text: 'Closed.' } : { text: 'Not yet.', isError: true }),
  })
}

test('every call is told with the begin of its answer and how long it took', async () => {
  const { events, options } = setUp([[call('look', { at: 'x'.repeat(2_000) })], [text('Done.')]])
  let now = 0
  await runLoop({ ...options, clock: () => (now += 7) })
  const [told] = events.filter(({ kind }) => kind === 'tool')
  expect(told).toMatchObject({ name: 'look', isError: false, durationMs: 7, restored: false })
  expect(told).toHaveProperty('result', `seen ${'x'.repeat(995)}`)
})

test('unknown tools, bad inputs and what a tool throws are answers', async () => {
  const { provider, events, options } = setUp([
    [call('fly', {}), call('look', { where: 1 }), call('look', { at: 'error' })],
    [text('Done.')],
  ])
  await runLoop(options)
  const [unknown, invalid, thrown] = results(provider.requests[1]) ?? []
  expect(unknown).toBe('There is no tool fly. There are: look, change, end')
  expect(invalid).toContain('at at')
  expect(thrown).toBe('look failed (ENOENT). Try another way.')
  expect(events).toContainEqual({
    kind: 'tool_failed',
    name: 'look',
    error: expect.objectContaining({ message: '/secret/path is gone' }),
  })
})

test('a fault of a tool is not an answer', async () => {
  const { options } = setUp([[call('look', { at: 'fault' })]])
  await expect(runLoop(options)).rejects.toMatchObject({ class: 'fenced' })
})

test('nothing of a cut reply is run; a second one ends it', async () => {
  const cut = { content: [call('change', { at: 'half' })], stopReason: 'max_tokens' as const }
  const once = setUp([cut, [call('change', { at: 'small' })], [text('Done.')]])
  expect(await runLoop(once.options)).toMatchObject({ stop: 'done' })
  expect(once.ran).toEqual(['change small'])
  expect(results(once.provider.requests[1])?.[0]).toContain('cut at its length limit')
  expectExtensions(once.provider.requests)
  const twice = setUp([cut, { content: [text('long')], stopReason: 'max_tokens' }])
  expect(await runLoop(twice.options)).toMatchObject({ stop: 'reply_cut' })
})

test('a cut reply of nothing but reasoning is not sent back', async () => {
  const thinking = { type: 'thinking' as const, thinking: '', signature: 's' }
  const { provider, options } = setUp([{ content: [thinking], stopReason: 'max_tokens' }, [text('Done.')]])
  await runLoop(options)
  expect(provider.requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'user'])
})

test('reasoning goes back unchanged', async () => {
  const thinking = { type: 'thinking' as const, thinking: '', signature: 'abc' }
  const { provider, options } = setUp([[thinking, call('look', { at: 'a' })], [text('Done.')]])
  await runLoop(options)
  expect(provider.requests[1]?.messages[1]?.content[0]).toEqual(thinking)
})

test('a spent budget and a refusal end it and keep the work', async () => {
  const usage = { inputTokens: 5_000, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 100 }
  const spent = setUp([{ content: [call('change', { at: 'a' })], usage, stopReason: 'tool_use' }], { tokens: 9_000 })
  const result = await runLoop(spent.options)
  expect(result).toMatchObject({ stop: 'budget_spent', turns: 1, toolCallCount: 1 })
  expect(result.messages).toHaveLength(3)
  expect(spent.ran).toEqual(['change a'])
  const refused = setUp([[call('change', { at: 'a' })], { content: [], stopReason: 'refusal' }])
  expect(await runLoop(refused.options)).toMatchObject({ stop: 'refused', turns: 2 })
})

test('the signal ends it between two calls', async () => {
  const controller = new AbortController()
  const { ran, options } = setUp([[call('look', { at: 'a' }), call('change', { at: 'b' })]])
  const stopping = {
    ...options,
    signal: controller.signal,
    onEvent: (event: LoopEvent) => event.kind === 'tool' && controller.abort(),
  }
  expect(await runLoop(stopping)).toMatchObject({ stop: 'cancelled' })
  expect(ran).toEqual(['look a'])
})

test('after a crash looking is not done again, changing is, and the conversation stays byte for byte the same', async () => {
  const store = new MemoryModelCalls()
  const script: Scripted[] = [
    [call('look', { at: 'a' }, 't1'), call('change', { at: 'b' }, 't2')],
    [call('end', { word: 'fin' }, 't3')],
  ]
  const before = setUp(script, { store })
  const whole = await runLoop(before.options)

  const after = setUp([], { store })
  for (const [key, value] of before.journal.entries) after.journal.entries.set(key, value)
  const again = await runLoop(after.options)
  expect(again).toEqual(whole)
  expect(JSON.stringify(again.messages)).toBe(JSON.stringify(whole.messages))
  expect(after.provider.requests).toHaveLength(0)
  expect(after.ran).toEqual(['change b'])
})

test('a reply is kept only once the answers that it was given are', async () => {
  const store = new MemoryModelCalls()
  const { options, journal } = setUp([[call('look', { at: 'a' })], [text('Done.')]], { store })
  const kept: string[] = []
  const told = options.journal.written
  options.journal.written = async () => {
    await told.call(journal)
    kept.push(`${journal.entries.size} answers, ${store.settled.length} replies`)
  }
  await runLoop(options)
  expect(kept.slice(0, 2)).toEqual(['0 answers, 0 replies', '1 answers, 1 replies'])
  expect(store.settled).toHaveLength(2)
})

test('a crash between two calls of one reply goes on with the second', async () => {
  const store = new MemoryModelCalls()
  const reply = [call('look', { at: 'a' }, 't1'), call('look', { at: 'b' }, 't2')]
  const before = setUp([reply, [text('Done.')]], { store })
  await runLoop(before.options)
  const after = setUp([[text('never asked')]], { store })
  const [first] = before.journal.entries
  if (first) after.journal.entries.set(...first)
  expect(await runLoop(after.options)).toMatchObject({ finalText: 'Done.' })
  expect(after.ran).toEqual(['look b'])
})

test('a defect in real files is found and mended', async () => {
  using folder = new FolderTree({ 'src/sum.ts': 'export const sum = (a: number, b: number) => a - b\n' })
  const { provider, options } = setUp([
    [call('search', { pattern: 'sum' }), call('read_file', { path: 'src/sum.ts' })],
    [call('edit_file', { path: 'src/sum.ts', edits: [{ old: 'a - b', new: 'a + b' }] })],
    [text('Mended.')],
  ])
  const result = await runLoop({
    ...options,
    tools: [...createLookTools(folder.tree), ...createEditTools(folder.tree)],
  })
  expect(result.stop).toBe('done')
  expect(folder.text('src/sum.ts')).toContain('a + b')
  expectExtensions(provider.requests)
})
