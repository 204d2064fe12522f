// Every key of the policy file as data, read from its schema: for docs/policy.md and for the file that `draftsmith init` writes.
import { z } from 'zod'
import { idleKeys, policySchema } from './policy-schema.ts'

export interface PolicyKey {
  /** Dotted: `limits.usd`. */
  path: string
  description: string
  /** The words of a choice, or what else may be written: `1 to 1000`, `list`, `text`. */
  values: string[] | string
  /** What holds where nothing is written; undefined where a key has no default. */
  initial: unknown
  /** May be written already and has no effect yet. */
  idle: boolean
}

interface KeySchema {
  type?: string
  description?: string
  enum?: string[]
  anyOf?: KeySchema[]
  properties?: Record<string, KeySchema>
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
}

/** In the order of the schema. */
export function policyKeys(): PolicyKey[] {
  const schema = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' })
  return keysOf(schema as KeySchema, { prefix: '', defaults: policySchema.parse({}) })
}

interface Position {
  prefix: string
  defaults: unknown
}

function keysOf(schema: KeySchema, { prefix, defaults }: Position): PolicyKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, own]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    const initial = (defaults as Record<string, unknown> | undefined)?.[key]
    if (own.properties !== undefined) return keysOf(own, { prefix: path, defaults: initial })
    return [{ path, description: own.description ?? '', values: valuesOf(own), initial, idle: idleKeys.includes(path) }]
  })
}

function valuesOf(schema: KeySchema): PolicyKey['values'] {
  if (schema.enum !== undefined) return schema.enum
  if (schema.anyOf !== undefined) return eitherOf(schema.anyOf)
  if (schema.type === 'array') return 'list'
  if (schema.type === 'integer' || schema.type === 'number') return rangeOf(schema)
  return schema.type === 'boolean' ? ['true', 'false'] : 'text'
}

function eitherOf(schemas: KeySchema[]): string {
  return schemas.some(({ type }) => type === 'array') ? 'text, or list' : 'a command, or `command` and `required`'
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: KeySchema): string {
  const from = minimum ?? (exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`)
  return `${from} to ${maximum ?? ''}`.trim()
}
