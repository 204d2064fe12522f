import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import { z } from 'zod'

/**
 * JSON Schema of a reply as structured output accepts it: closed objects, and what the API does not enforce (counts, patterns)
 * moved into descriptions, where the model reads it. Bounds that no sensible reply comes near are left out: they would be paid
 * with every request. Our own validation still holds every reply to the whole schema.
 */
export function outputSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const text = JSON.stringify(z.toJSONSchema(schema), (key, value: unknown) =>
    wide.has(key) || (key === 'maxItems' && Number(value) >= manyItems) ? undefined : value,
  )
  return { ...transformJSONSchema(z.record(z.string(), z.unknown()).parse(JSON.parse(text))) }
}

const wide = new Set(['minLength', 'maxLength', 'minimum', 'maximum'])
const manyItems = 50
