// The honest recorded model: it answers what it was asked when it was recorded, and nothing else.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { lineDiff } from './line-diff.ts'
import type { Message, ModelProvider, ModelRole } from './model.ts'
import { type RecordedCall, readRecording, recordingKey, stable } from './recording.ts'

const diffLines = 40

/** Reads the files at once; a folder stands for the `.json` files in it. Throws `recording_unreadable`, or `recording_conflict` when two recordings answer one question differently. */
export function createRecordedProvider(options: { files: string[] }): ModelProvider {
  const calls = load(options.files.flatMap(filesAt))
  return {
    name: 'recorded',
    async complete(request, signal) {
      if (signal?.aborted) {
        throw new Fault('cancelled', 'model_cancelled', 'The call to the model was stopped on request.', {
          data: { charged: false },
        })
      }
      const found = calls.get(recordingKey(request.role, request.messages))
      if (!found) throw missing(request.role, request.messages, [...calls.values()])
      return structuredClone(found.reply)
    },
    /** As it was counted when the call was made, so that a budget ends where it did then. */
    async count({ role, messages }) {
      const usage = calls.get(recordingKey(role, messages))?.reply.usage
      return usage && usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens
    },
  }
}

function filesAt(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path]
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name))
}

function load(files: string[]): Map<string, RecordedCall> {
  const calls = new Map<string, RecordedCall>()
  for (const file of files) {
    for (const call of readRecording(file).calls) {
      const key = recordingKey(call.role, call.request.messages)
      const other = calls.get(key)
      if (other && JSON.stringify(other.reply.content) !== JSON.stringify(call.reply.content))
        throw conflict(file, call.role)
      calls.set(key, other ?? call)
    }
  }
  return calls
}

function conflict(file: string, role: ModelRole): Fault {
  return new Fault(
    'invalid_input',
    'recording_conflict',
    `${file} answers a question of the ${role} in another way than an earlier recording does.`,
    {
      mend: 'Record one of the two scenarios again, or give their issues different words.',
    },
  )
}

function missing(role: ModelRole, messages: Message[], calls: RecordedCall[]): Fault {
  const asked = linesOf(messages)
  const nearest = nearestOf(
    asked,
    calls.filter((call) => call.role === role),
  )
  const difference = nearest
    ? `The nearest recording differs (- recorded, + asked now):\n${lineDiff(nearest, asked, { context: 2, maxLines: diffLines })}`
    : 'There is no recording of this role at all.'
  return new Fault(
    'invalid_input',
    'recording_missing',
    `No recording answers this question of the ${role}. ${difference}`,
    {
      mend: 'Record the scenario again with a real model, or undo the change that altered the question.',
      data: { role, charged: false },
    },
  )
}

/** The recording that shares the most leading and trailing lines. */
function nearestOf(asked: string[], calls: RecordedCall[]): string[] | undefined {
  const candidates = calls.map((call) => linesOf(call.request.messages))
  const score = (lines: string[]) =>
    sharedHead(lines, asked) +
    sharedHead(lines.toReversed(), asked.toReversed()) -
    Math.abs(lines.length - asked.length) / 1_000
  return candidates.sort((a, b) => score(b) - score(a))[0]
}

function sharedHead(a: string[], b: string[]): number {
  const end = Math.min(a.length, b.length)
  let at = 0
  while (at < end && a[at] === b[at]) at++
  return at
}

function linesOf(messages: Message[]): string[] {
  return messages.map(stable).flatMap((message) => [
    `## ${message.role}`,
    ...message.content.flatMap((block) => {
      if (block.type === 'text') return block.text.split('\n')
      if (block.type === 'tool_result')
        return [`[result${block.is_error ? ', error' : ''}]`, ...block.content.split('\n')]
      if (block.type === 'tool_use') return [`[${block.name}] ${JSON.stringify(block.input)}`]
      return [`[${block.type}]`]
    }),
  ])
}
