// Against a receiver that takes what the real exporter sends.
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { watchProvider } from '../../src/model/watched-provider.ts'
import type { Run } from '../../src/run/run.ts'
import { watchSandbox } from '../../src/sandbox/watched-sandbox.ts'
import { noSpans } from '../../src/trace/no-spans.ts'
import { createOtlpSpans } from '../../src/trace/otlp-spans.ts'
import type { Spans } from '../../src/trace/spans.ts'
import { modelReply, modelRequest, newRun } from '../run/support.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'

const runId = 'r-aaaaaaaaaa'

function spansTo(endpoint: string, log = pino({ level: 'silent' })): Spans {
  return createOtlpSpans({ endpoint, headers: { authorization: 'Bearer of-the-collector' }, version: '1.2.3', log })
}

function endedRun(changes: Partial<Run> = {}): Run {
  return {
    ...newRun({ taskKey: 'github:acme/shop#1', repositoryKey: 'github:acme/shop' }),
    id: runId,
    attempt: 1,
    state: 'ended',
    outcome: { kind: 'plan_only', reason: 'A plan.' },
    epoch: 2,
    version: '1.2.3',
    cancelReason: undefined,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    startedAt: new Date('2026-01-01T00:00:10Z'),
    question: undefined,
    workedMs: 0,
    tries: 2,
    waitedMs: 0,
    recordFormat: 1,
    endedAt: new Date('2026-01-02T00:00:00Z'),
    ...changes,
  }
}

it('puts the work of two processes on one run into one trace, below one span of the run', async () => {
  await using receiver = await startOtlpReceiver()
  const first = spansTo(receiver.url)
  await first.ofRun(runId, () => first.around({ name: 'stage plan', attributes: {} }, async () => {}))
  await first.close()

  const second = spansTo(receiver.url)
  await second.ofRun(runId, () =>
    second.around({ name: 'stage execute', attributes: { 'draftsmith.round': 1 } }, () =>
      second.around({ name: 'command', attributes: {} }, async (tell) => tell({ 'process.exit.code': 0 })),
    ),
  )
  second.ended(endedRun())
  await second.close()

  const named = (name: string) => receiver.spans.find((span) => span.name === name)
  const root = named('run')
  expect(receiver.spans).toHaveLength(4)
  expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([first.traceOf(runId)]))
  expect(first.traceOf(runId)).toMatch(/^[0-9a-f]{32}$/)
  expect(root?.parentSpanId ?? '').toBe('')
  expect(named('stage plan')?.parentSpanId).toBe(root?.spanId)
  expect(named('stage execute')).toMatchObject({
    parentSpanId: root?.spanId,
    kind: 1,
    attributes: { 'draftsmith.round': 1 },
  })
  expect(named('command')).toMatchObject({
    parentSpanId: named('stage execute')?.spanId,
    attributes: { 'process.exit.code': 0 },
  })
  expect(root?.attributes).toMatchObject({
    'draftsmith.run.id': runId,
    'draftsmith.run.outcome': 'plan_only',
    'vcs.repository.name': 'shop',
    'draftsmith.issue': 1,
  })
  expect(Number(BigInt(root?.endTimeUnixNano ?? 0) - BigInt(root?.startTimeUnixNano ?? 0))).toBe(86_400e9)
  expect(receiver.requests[0]).toMatchObject({
    headers: { authorization: 'Bearer of-the-collector' },
    resource: { 'service.name': 'draftsmith', 'service.version': '1.2.3' },
  })
})

it('keeps runs apart that are worked on at once', async () => {
  await using receiver = await startOtlpReceiver()
  const spans = spansTo(receiver.url)
  const { promise: both, resolve } = Promise.withResolvers<void>()
  const work = (id: string, then: () => Promise<void>) =>
    spans.ofRun(id, () => spans.around({ name: id, attributes: {} }, then))
  await Promise.all([work('r-1', () => both), work('r-2', async () => resolve())])
  await spans.close()
  const traces = Object.fromEntries(receiver.spans.map(({ name, traceId }) => [name, traceId]))
  expect(traces).toEqual({ 'r-1': spans.traceOf('r-1'), 'r-2': spans.traceOf('r-2') })
  expect(traces['r-1']).not.toBe(traces['r-2'])
})

it('tells a model call by the conventions, and not a word of it', async () => {
  await using receiver = await startOtlpReceiver()
  const spans = spansTo(receiver.url)
  const usage = { inputTokens: 10, cacheReadTokens: 200, cacheWriteTokens: 30, outputTokens: 4 }
  const codes: string[] = []
  const complete = async () => modelReply('a secret answer', usage)
  const watched = watchProvider({ name: 'anthropic', complete }, { spans, failed: (code) => codes.push(code) })
  await spans.ofRun(runId, () => watched.complete(modelRequest('a secret question')))
  await spans.close()
  expect(receiver.spans).toEqual([
    expect.objectContaining({
      name: 'chat claude-test',
      kind: 3,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-test',
        'gen_ai.request.max_tokens': 1_000,
        'gen_ai.output.type': 'text',
        'gen_ai.agent.name': 'coder',
        'gen_ai.response.model': 'claude-test-1',
        'gen_ai.response.finish_reasons': ['end_turn'],
        'gen_ai.usage.input_tokens': 240,
        'gen_ai.usage.cache_read.input_tokens': 200,
        'gen_ai.usage.cache_creation.input_tokens': 30,
        'gen_ai.usage.output_tokens': 4,
      },
    }),
  ])
  expect(receiver.bodies.join()).not.toContain('secret')
  expect(codes).toEqual([])
})

it('marks what failed by its code, without what was said', async () => {
  await using receiver = await startOtlpReceiver()
  const spans = spansTo(receiver.url)
  const codes: string[] = []
  const complete = async () => {
    throw new Fault('infrastructure', 'model_overloaded', 'The Anthropic API is overloaded. It said: a secret.')
  }
  const watched = watchProvider({ name: 'anthropic', complete }, { spans, failed: (code) => codes.push(code) })
  const asked = spans.ofRun(runId, () => watched.complete(modelRequest('Go.')))
  await expect(asked).rejects.toMatchObject({ code: 'model_overloaded' })
  spans.ended(endedRun({ outcome: { kind: 'failed', code: 'model_overloaded', reason: 'a secret' } }))
  await spans.close()
  for (const name of ['chat claude-test', 'run'])
    expect(receiver.spans.find((span) => span.name === name)).toMatchObject({
      status: { code: 2, message: 'model_overloaded' },
      attributes: { 'error.type': 'model_overloaded' },
    })
  expect(receiver.bodies.join()).not.toContain('secret')
  expect(codes).toEqual(['model_overloaded'])
})

it('tells a command by its line, without credentials in it, and by how it ended', async () => {
  await using receiver = await startOtlpReceiver()
  const spans = spansTo(receiver.url)
  const result = { line: '', exitCode: null, timedOut: true, truncated: false, durationMs: 1, output: 'a secret' }
  const sandbox = watchSandbox(
    {
      kind: 'none',
      probe: async () => ({ kind: 'none', usable: true, held: [] }),
      open: async () => ({ run: async () => ({ ...result, limit: 'deadline' as const }), close: async () => {} }),
    },
    spans,
  )
  const session = await sandbox.open({} as Parameters<typeof sandbox.open>[0])
  await spans.ofRun(runId, () => session.run({ line: 'curl https://mona:hunter2hunter2@example.com' }))
  await spans.close()
  expect(receiver.spans).toEqual([
    expect.objectContaining({
      name: 'command',
      attributes: {
        'process.command_line': expect.stringContaining('curl https://mona:[redacted'),
        'draftsmith.command.limit': 'deadline',
      },
    }),
  ])
  expect(receiver.bodies.join()).not.toContain('secret')
})

it('does the work all the same where the collector refuses, and says so in the log', async () => {
  await using receiver = await startOtlpReceiver({ status: 400 })
  const lines: string[] = []
  const spans = spansTo(receiver.url, pino({}, { write: (line) => void lines.push(line) }))
  expect(await spans.ofRun(runId, () => spans.around({ name: 'stage plan', attributes: {} }, async () => 7))).toBe(7)
  await spans.close()
  expect(receiver.bodies).toHaveLength(1)
  expect(lines.join()).toContain('"part":"traces"')
})

it('is nothing but the work where nobody collects', async () => {
  expect(noSpans.traceOf(runId)).toBeUndefined()
  expect(await noSpans.ofRun(runId, () => noSpans.around({ name: 'stage', attributes: {} }, async () => 7))).toBe(7)
})
