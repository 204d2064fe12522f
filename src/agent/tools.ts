import { z } from 'zod'
import type { ToolSpec } from '../model/model.ts'

/** What a tool says to the model. `end` ends the loop with a value. */
export interface ToolAnswer<E = never> {
  text: string
  isError?: boolean
  end?: E
}

/**
 * A tool of the loop. `observe` looks; after a crash its recorded answer is used and it is not run again. `effect` changes
 * something; after a crash it is run again on the restored tree, and answered by its recorded text. `measure` changes nothing
 * and is run again all the same, since it keeps what it found itself.
 */
export interface Tool<E = never> {
  spec: ToolSpec
  kind: 'observe' | 'effect' | 'measure'
  /** True where it stands for the calls of the reply in front of it: not run when one of them failed to change something, and where it fails itself, nothing behind it is run. */
  closes?: boolean
  /** Never throws for what the model sent: an input that does not fit is an answer. */
  run(input: unknown, signal?: AbortSignal): Promise<ToolAnswer<E>>
}

export function defineTool<I, E = never>(tool: {
  name: string
  description: string
  kind: Tool['kind']
  closes?: boolean
  input: z.ZodType<I>
  run: (input: I, signal?: AbortSignal) => Promise<ToolAnswer<E>>
}): Tool<E> {
  const { name, description, kind, closes } = tool
  return {
    spec: { name, description, inputSchema: inputSchemaOf(tool.input) },
    kind,
    ...(closes !== undefined && { closes }),
    async run(input, signal) {
      const parsed = tool.input.safeParse(withoutNulls(input))
      if (!parsed.success) return failed(`The input does not fit:\n${z.prettifyError(parsed.error)}`)
      return tool.run(parsed.data, signal)
    },
  }
}

export function failed(text: string): ToolAnswer {
  return { text, isError: true }
}

/** Not done, by the name of the rule that forbids it; a file that is not there breaks no rule. */
export function refused({ rule, message }: { rule: string; message: string }): ToolAnswer {
  return failed(rule === 'not_found' ? message : `Refused (${rule}): ${message}`)
}

/** Only what a model needs to fill it in; zod still checks everything. Every character here is paid with every conversation. */
function inputSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const noise = new Set([
    'default',
    '$schema',
    'additionalProperties',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
  ])
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), (key, value: unknown) =>
    noise.has(key) ? undefined : value,
  )
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
}

/** Models send null for an optional parameter that they leave out. */
function withoutNulls(input: unknown): unknown {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return input
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
}
