import { createHash } from 'node:crypto'
import type { ModelRequest, ToolSpec } from './model.ts'

/** SHA-256 in hexadecimal of a value, whatever the order of its keys. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** Hash of everything that decides what a reply can be; the length limit does not, so that a smaller budget finds the same stored reply. */
export function requestHash(request: Omit<ModelRequest, 'maxTokens'>): string {
  const { role, model, system, tools, messages, outputSchema } = request
  return hashOf({ role, model, system, tools, messages, outputSchema: outputSchema ?? null })
}

/** Hash of the words that we wrote: system prompt and tool texts. */
export function promptHash(request: { system: string; tools: ToolSpec[] }): string {
  return hashOf({ system: request.system, tools: request.tools }).slice(0, 16)
}

/** JSON with sorted keys and without undefined members. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  )
}
