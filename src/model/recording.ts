// A recording: model calls of a real run, exported from the ledger's own table, that answer the same questions again.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Fault } from '../errors.ts'
import { hashOf, promptHash } from './canonical.ts'
import { type Message, type ModelReply, type ModelRole, modelRoles, type StoredCall } from './model.ts'
import { withoutVolatile } from './volatile.ts'

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  z.strictObject({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.string(),
    is_error: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() }),
])

const tokens = z.int().min(0)

const recordingFile = z.strictObject({
  scenario: z.string().min(1),
  calls: z.array(
    z.strictObject({
      role: z.enum(modelRoles),
      /** Role and messages without volatile values, hashed. */
      key: z.string().regex(/^[0-9a-f]{64}$/),
      /** System prompt and tool texts at the time of recording. Not part of the key: better wording keeps a recording usable, and stale ones are listed. */
      promptHash: z.string(),
      request: z.strictObject({
        messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(block) })),
        outputSchemaHash: z.string().optional(),
      }),
      reply: z.strictObject({
        content: z.array(block),
        stopReason: z.enum(['end_turn', 'tool_use', 'max_tokens', 'refusal', 'other']),
        usage: z.strictObject({
          inputTokens: tokens,
          cacheWriteTokens: tokens,
          cacheReadTokens: tokens,
          outputTokens: tokens,
        }),
        model: z.string(),
      }),
    }),
  ),
})

export interface RecordedCall {
  role: ModelRole
  key: string
  promptHash: string
  request: { messages: Message[]; outputSchemaHash?: string }
  reply: ModelReply
}

export interface RecordingFile {
  scenario: string
  calls: RecordedCall[]
}

/** Throws `invalid_input`/`recording_unreadable` with every problem when the file is not a recording. */
export function readRecording(file: string): RecordingFile {
  const fault = (problem: string, cause?: unknown) =>
    new Fault('invalid_input', 'recording_unreadable', `${file} is not a recording: ${problem}`, {
      mend: 'Record the scenario again.',
      cause,
    })
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error), error)
  }
  const parsed = recordingFile.safeParse(json)
  if (!parsed.success) throw fault(z.prettifyError(parsed.error))
  return parsed.data
}

/** The ledger's calls as a recording, in the order they were made. */
export function exportRecording(calls: StoredCall[], scenario: string): RecordingFile {
  return { scenario, calls: calls.map(recordedCall) }
}

function recordedCall({ role, request, reply }: StoredCall): RecordedCall {
  const { messages, outputSchema } = request
  return {
    role,
    key: recordingKey(role, messages),
    promptHash: promptHash(request),
    request: { messages, ...(outputSchema && { outputSchemaHash: hashOf(outputSchema).slice(0, 16) }) },
    reply,
  }
}

/** Calls whose prompt is not among the current ones (`promptHash` of each request we would send today). */
export function staleRecordings(file: RecordingFile, currentPromptHashes: ReadonlySet<string>): RecordedCall[] {
  return file.calls.filter((call) => !currentPromptHashes.has(call.promptHash))
}

/** What a recording is found by. */
export function recordingKey(role: ModelRole, messages: Message[]): string {
  return hashOf({ role, messages: messages.map(stable) })
}

/** Only what we wrote can be volatile: the model's own words come from the recording itself. */
export function stable(message: Message): Message {
  if (message.role === 'assistant') return message
  return { role: 'user', content: message.content.map(stableBlock) }
}

function stableBlock(part: Message['content'][number]): Message['content'][number] {
  if (part.type === 'text') return { ...part, text: withoutVolatile(part.text) }
  if (part.type === 'tool_result') return { ...part, content: withoutVolatile(part.content) }
  return part
}
