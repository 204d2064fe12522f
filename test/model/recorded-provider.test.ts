import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { promptHash } from '../../src/model/canonical.ts'
import { createMeteredModel } from '../../src/model/metered-model.ts'
import type { Message } from '../../src/model/model.ts'
import { createRecordedProvider } from '../../src/model/recorded-provider.ts'
import { exportRecording, type RecordingFile, readRecording, staleRecordings } from '../../src/model/recording.ts'
import { MemoryModelCalls } from '../support/memory-model-calls.ts'
import { call, ScriptedModel, text } from '../support/scripted-model.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorded-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const models = { analyst: 'claude-sonnet-5', planner: 'm', coder: 'claude-sonnet-5', reviewer: 'm' }
const ceilings = { tokens: 100_000, usd: 5 }
const usage = { inputTokens: 500, cacheWriteTokens: 40, cacheReadTokens: 1_000, outputTokens: 60 }
const tools = [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }]

function user(words: string): Message {
  return { role: 'user', content: [text(words)] }
}

function conversation(runId: string, result: string): Message[] {
  return [
    user(`Run ${runId} works in /tmp/${runId}/tree.\nThe title is wrong.`),
    { role: 'assistant', content: [call('look', { path: 'a.ts' }, 'toolu_1')] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: result }] },
  ]
}

/** A real run through the metered model, exported from the table of its calls. */
async function record(): Promise<RecordingFile> {
  const store = new MemoryModelCalls()
  const provider = new ScriptedModel([
    { content: [call('look', { path: 'a.ts' }, 'toolu_1')], usage },
    { content: [text('Fixed.')], usage },
  ])
  const model = createMeteredModel({ provider, store, models, ceilings, maxTokensPerReply: 1_000 })
  const messages = conversation('r-aaaaaaaaaa', 'exit 1 in 12ms\n3 !== 4')
  await model.complete({ role: 'coder', system: 's', tools, messages: messages.slice(0, 1) })
  await model.complete({ role: 'coder', system: 's', tools, messages })
  return exportRecording(store.settled, 'title')
}

function write(recording: unknown, name = 'title.json'): string {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(recording))
  return file
}

test('a prompt counts what it counted when it was recorded, and one that was not is not counted', async () => {
  const provider = createRecordedProvider({ files: [write(await record())] })
  const request = { role: 'coder' as const, model: 'any', system: 's', tools, maxTokens: 1_000 }
  const messages = conversation('r-bbbbbbbbbb', 'exit 1 in 99ms\n3 !== 4')
  expect(await provider.count?.({ ...request, messages })).toBe(1_540)
  expect(await provider.count?.({ ...request, messages: [user('Something else.')] })).toBeUndefined()
})

test('another run with other ids, times and paths gets the recorded replies with their usage and cost, twice the same', async () => {
  const provider = createRecordedProvider({ files: [write(await record())] })
  const messages = conversation('r-bbbbbbbbbb', 'exit 1 in 340ms\n3 !== 4')
  for (const _ of [1, 2]) {
    const store = new MemoryModelCalls()
    const model = createMeteredModel({ provider, store, models, ceilings, maxTokensPerReply: 900 })
    const first = await model.complete({
      role: 'coder',
      system: 'other words',
      tools: [],
      messages: messages.slice(0, 1),
    })
    const second = await model.complete({ role: 'coder', system: 'other words', tools: [], messages })
    expect([first.content, second.content]).toEqual([[call('look', { path: 'a.ts' }, 'toolu_1')], [text('Fixed.')]])
    expect(await store.spent()).toMatchObject({
      tokens: 1_400,
      calls: 2,
      usage: { inputTokens: 1_000, cacheReadTokens: 2_000 },
    })
  }
})

test('a question that was not recorded is an error with the difference, never a default', async () => {
  const provider = createRecordedProvider({ files: [write(await record())] })
  const messages = conversation('r-bbbbbbbbbb', 'exit 1 in 340ms\n3 !== 5')
  const fault = await provider
    .complete({ role: 'coder', model: 'm', system: 's', tools, messages, maxTokens: 1 })
    .catch((thrown: unknown) => thrown)
  expect(fault).toMatchObject({ code: 'recording_missing', data: { role: 'coder', charged: false } })
  expect(String(fault)).toContain('\n-3 !== 4\n+3 !== 5')
  expect(String(fault)).not.toContain('340ms')
})

test('a role without any recording is said', async () => {
  const provider = createRecordedProvider({ files: [write(await record())] })
  const request = { role: 'reviewer' as const, model: 'm', system: '', tools: [], messages: [user('?')], maxTokens: 1 }
  await expect(provider.complete(request)).rejects.toMatchObject({
    code: 'recording_missing',
    message: expect.stringContaining('There is no recording of this role at all.'),
  })
})

test('a recording survives its file', async () => {
  const recording = await record()
  expect(readRecording(write(recording))).toEqual(recording)
})

test('a key edited by hand finds nothing: the key is made from the messages', async () => {
  const recording = await record()
  const calls = recording.calls.map((recorded) => ({ ...recorded, request: { messages: [user('other')] } })).slice(0, 1)
  const provider = createRecordedProvider({ files: [write({ ...recording, calls })] })
  const messages = conversation('r-bbbbbbbbbb', '').slice(0, 1)
  await expect(
    provider.complete({ role: 'coder', model: 'm', system: '', tools, messages, maxTokens: 1 }),
  ).rejects.toMatchObject({
    code: 'recording_missing',
  })
})

test('a file that is not a recording is refused with its problems', async () => {
  expect(() => createRecordedProvider({ files: [write({ scenario: 'x', calls: [{ role: 'poet' }] })] })).toThrowError(
    /title\.json is not a recording:[\s\S]*role/,
  )
  expect(() => createRecordedProvider({ files: [join(folder, 'none.json')] })).toThrowError(
    /none\.json is not a recording: ENOENT/,
  )
})

test('two recordings that answer one question differently are refused', async () => {
  const one = await record()
  const other = {
    ...one,
    calls: one.calls.map((recorded) => ({ ...recorded, reply: { ...recorded.reply, content: [text('No.')] } })),
  }
  expect(() => createRecordedProvider({ files: [write(one), write(other, 'other.json')] })).toThrowError(
    /other\.json answers a question of the coder in another way/,
  )
})

test('recordings made with other prompts are listed', async () => {
  const recording = await record()
  expect(staleRecordings(recording, new Set([promptHash({ system: 's', tools })]))).toEqual([])
  expect(staleRecordings(recording, new Set([promptHash({ system: 'better', tools })]))).toHaveLength(2)
})

test('a folder stands for the recordings in it', async () => {
  write(await record())
  write('no recording', 'notes.txt')
  const provider = createRecordedProvider({ files: [folder] })
  const messages = conversation('r-bbbbbbbbbb', 'exit 1 in 340ms\n3 !== 4')
  const reply = await provider.complete({ role: 'coder', model: 'm', system: 's', tools, messages, maxTokens: 100 })
  expect(reply.content).toEqual([text('Fixed.')])
})
