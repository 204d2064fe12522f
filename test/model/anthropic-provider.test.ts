import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createAnthropicProvider } from '../../src/model/anthropic-provider.ts'
import type { Message, ModelProvider, ModelRequest } from '../../src/model/model.ts'
import { type Answer, begin, MessagesApi, refused, send, sendBlock, streamed } from '../support/messages-api.ts'

const tool = { name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }

const request: ModelRequest = {
  role: 'coder',
  model: 'claude-test',
  system: 'Be brief.',
  tools: [tool],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }],
  maxTokens: 1_000,
}

function provider(url: string, options: { timeoutMs?: number; maxRetries?: number } = {}): ModelProvider {
  return createAnthropicProvider({
    apiKey: 'sk-test',
    baseUrl: url,
    timeoutMs: 2_000,
    maxRetries: 0,
    log: () => {},
    ...options,
  })
}

async function faultOf(answer: Answer, options: Parameters<typeof provider>[1] = {}): Promise<unknown> {
  await using api = await MessagesApi.start(answer)
  return await provider(api.url, options)
    .complete(request)
    .catch((thrown: unknown) => thrown)
}

test('a streamed reply arrives whole: text, thinking, tool calls, usage', async () => {
  await using api = await MessagesApi.start(
    streamed(
      [
        { type: 'thinking', thinking: 'Hm.', signature: 'abc' },
        { type: 'text', text: 'I look.' },
        { type: 'text', text: '' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'é' } },
      ],
      'tool_use',
    ),
  )
  expect(await provider(api.url).complete(request)).toEqual({
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'abc' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'é' } },
    ],
    stopReason: 'tool_use',
    usage: { inputTokens: 10, cacheWriteTokens: 20, cacheReadTokens: 30, outputTokens: 40 },
    model: 'claude-test',
  })
  expect(api.requests[0]?.headers.authorization).toBe('Bearer sk-test')
  expect(api.requests[0]?.body).toMatchObject({ stream: true, max_tokens: 1_000, model: 'claude-test' })
})

test('a conversation is marked at tools and system, at its newest user message and at the one before', async () => {
  await using api = await MessagesApi.start(streamed([{ type: 'text', text: 'ok' }]))
  const messages: Message[] = ['a', 'b', 'c'].flatMap((id): Message[] => [
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: id }] },
    { role: 'assistant', content: [{ type: 'text', text: id }] },
  ])
  await provider(api.url).complete({ ...request, messages: messages.slice(0, 5) })
  const marks = JSON.stringify(api.requests[0]?.body).match(/cache_control/g)
  expect(marks).toHaveLength(3)
  expect(api.requests[0]?.body).toMatchObject({
    system: [{ cache_control: { type: 'ephemeral' } }],
    messages: [{}, {}, { content: [{ cache_control: {} }] }, {}, { content: [{ cache_control: {} }] }],
  })
})

test('each request is the one before it and something more, byte for byte, cache marks aside', async () => {
  await using api = await MessagesApi.start(streamed([{ type: 'text', text: 'ok' }]))
  const model = provider(api.url)
  const messages = [...request.messages]
  for (const word of ['b', 'c', 'd']) {
    const { content } = await model.complete({ ...request, messages })
    messages.push({ role: 'assistant', content }, { role: 'user', content: [{ type: 'text', text: word }] })
  }
  const sent = api.requests.map(({ body }) =>
    JSON.stringify(body.messages).replaceAll(',"cache_control":{"type":"ephemeral"}', ''),
  )
  expect(sent).toHaveLength(3)
  sent.slice(1).forEach((next, at) => {
    expect(next.startsWith((sent[at] ?? '?').slice(0, -1))).toBe(true)
  })
  expect(new Set(api.requests.map(({ body }) => JSON.stringify([body.tools, body.system]))).size).toBe(1)
})

test('a single question is not marked, and carries its output schema', async () => {
  await using api = await MessagesApi.start(streamed([{ type: 'text', text: '{}' }]))
  const schema = { type: 'object', properties: {}, additionalProperties: false }
  await provider(api.url).complete({ ...request, tools: [], outputSchema: schema })
  expect(JSON.stringify(api.requests[0]?.body)).not.toContain('cache_control')
  expect(api.requests[0]?.body).toMatchObject({ output_config: { format: { type: 'json_schema', schema } } })
})

test('without a key nothing is sent, whatever the environment holds', async () => {
  vi.stubEnv('ANTHROPIC_API_KEY', 'sk-from-the-environment')
  await using api = await MessagesApi.start(streamed([]))
  const keyless = createAnthropicProvider({
    apiKey: undefined,
    baseUrl: api.url,
    timeoutMs: 1_000,
    maxRetries: 0,
    log: () => {},
  })
  await expect(keyless.complete(request)).rejects.toMatchObject({
    class: 'invalid_input',
    code: 'model_key_missing',
    mend: 'Set ANTHROPIC_API_KEY and start again.',
  })
  expect(api.requests).toHaveLength(0)
  vi.unstubAllEnvs()
})

test.each([
  [401, 'authentication_error', 'invalid_input', 'model_key_invalid'],
  [403, 'permission_error', 'invalid_input', 'model_key_invalid'],
  [404, 'not_found_error', 'invalid_input', 'model_unknown'],
  [400, 'invalid_request_error', 'invalid_input', 'model_request_invalid'],
  [413, 'request_too_large', 'invalid_input', 'model_request_invalid'],
  [429, 'rate_limit_error', 'infrastructure', 'model_rate_limited'],
  [529, 'overloaded_error', 'infrastructure', 'model_overloaded'],
  [500, 'api_error', 'infrastructure', 'model_unreachable'],
])('status %i is %s: %s %s, and cost nothing', async (status, type, faultClass, code) => {
  const fault = await faultOf(refused(status, type, 'the reason'))
  expect(fault).toMatchObject({
    class: faultClass,
    code,
    message: expect.stringContaining('It said: the reason'),
    data: { charged: false, status },
  })
  expect(fault).toHaveProperty('mend', expect.stringMatching(/\w\.$/))
})

test('a rate limit says when to come back, and a long wait is left to the worker', async () => {
  await using api = await MessagesApi.start(refused(429, 'rate_limit_error', 'slow', { 'retry-after': '90' }))
  await expect(provider(api.url, { maxRetries: 2 }).complete(request)).rejects.toMatchObject({
    code: 'model_rate_limited',
    data: { retryAfterMs: 90_000 },
  })
  expect(api.requests).toHaveLength(1)
})

test('a short overload is retried, as often as allowed', async () => {
  const overloaded = refused(529, 'overloaded_error', 'busy', { 'retry-after-ms': '1' })
  await using api = await MessagesApi.start(overloaded, overloaded, streamed([{ type: 'text', text: 'ok' }]))
  expect(await provider(api.url, { maxRetries: 2 }).complete(request)).toMatchObject({ stopReason: 'end_turn' })
  await using down = await MessagesApi.start(overloaded)
  await expect(provider(down.url, { maxRetries: 2 }).complete(request)).rejects.toMatchObject({
    code: 'model_overloaded',
  })
  expect(down.requests).toHaveLength(3)
})

test('nobody listening is unreachable and cost nothing', async () => {
  const api = await MessagesApi.start(streamed([]))
  const { url } = api
  await api[Symbol.asyncDispose]()
  await expect(provider(url).complete(request)).rejects.toMatchObject({
    class: 'infrastructure',
    code: 'model_unreachable',
    data: { charged: false },
  })
})

test('a disconnect in the middle of a reply tells how much had arrived', async () => {
  const fault = await faultOf((response) => {
    begin(response)
    sendBlock(response, 0, { type: 'text', text: 'Half a sen' })
    setTimeout(() => response.destroy(), 20)
  })
  expect(fault).toMatchObject({
    class: 'infrastructure',
    code: 'model_unreachable',
    data: { receivedTokens: expect.any(Number) },
  })
  expect(fault).not.toHaveProperty('data.charged')
})

test('a reply cut after hidden thinking does not pretend to know what it cost', async () => {
  const fault = await faultOf((response) => {
    begin(response)
    sendBlock(response, 0, { type: 'thinking', thinking: '', signature: 'abc' })
    setTimeout(() => response.destroy(), 20)
  })
  expect(fault).toMatchObject({ code: 'model_unreachable' })
  expect(fault).not.toHaveProperty('data.receivedTokens')
})

test('an error inside the stream is classed by its type', async () => {
  const fault = await faultOf((response) => {
    begin(response)
    send(response, 'error', { error: { type: 'overloaded_error', message: 'busy' } })
    response.end()
  })
  expect(fault).toMatchObject({ class: 'infrastructure', code: 'model_overloaded' })
})

test('silence before the reply and inside it is a time-out', async () => {
  expect(await faultOf(() => {}, { timeoutMs: 100 })).toMatchObject({
    class: 'infrastructure',
    code: 'model_timeout',
    data: { receivedTokens: 0 },
  })
  expect(await faultOf((response) => begin(response), { timeoutMs: 100 })).toMatchObject({ code: 'model_timeout' })
})

test('a reply longer than the time-out is fine as long as something arrives', async () => {
  await using api = await MessagesApi.start(async (response) => {
    begin(response)
    for (let i = 0; i < 8; i++) {
      send(response, 'ping', {})
      await sleep(100)
    }
    sendBlock(response, 0, { type: 'text', text: 'at last' })
    send(response, 'message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: {} })
    send(response, 'message_stop', {})
    response.end()
  })
  expect(await provider(api.url, { timeoutMs: 500 }).complete(request)).toMatchObject({
    content: [{ text: 'at last' }],
  })
})

test('the signal ends a call', async () => {
  await using api = await MessagesApi.start((response) => begin(response))
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  await expect(provider(api.url).complete(request, controller.signal)).rejects.toMatchObject({
    class: 'cancelled',
    code: 'model_cancelled',
  })
})

function toolInput(partialJson: string, stopReason: string): Answer {
  return (response) => {
    begin(response)
    send(response, 'content_block_start', {
      index: 0,
      content_block: { type: 'tool_use', id: 't', name: 'look', input: {} },
    })
    send(response, 'content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: partialJson } })
    send(response, 'content_block_stop', { index: 0 })
    send(response, 'message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage: {} })
    send(response, 'message_stop', {})
    response.end()
  }
}

test('a tool call cut at the length limit arrives marked as cut', async () => {
  await using api = await MessagesApi.start(toolInput('{"path":"a.ts","edits":[{"old":"x', 'max_tokens'))
  expect(await provider(api.url).complete(request)).toMatchObject({
    stopReason: 'max_tokens',
    content: [{ type: 'tool_use', name: 'look' }],
  })
})

test('a tool call that is not JSON is a fault that can be tried again, and may have been charged', async () => {
  const fault = await faultOf(toolInput('{"path": oops}', 'tool_use'))
  expect(fault).toMatchObject({
    class: 'infrastructure',
    code: 'model_unreachable',
    data: { receivedTokens: expect.any(Number) },
  })
})

test('a prompt is counted where the address knows how, and never fails', async () => {
  await using api = await MessagesApi.start(streamed([]))
  expect(await provider(api.url).count?.(request)).toBeUndefined()
  api.counts = 812
  expect(await provider(api.url).count?.(request)).toBe(812)
  expect(api.requests).toEqual([])
})
