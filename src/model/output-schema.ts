import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import { z } from 'zod'

/**
 * JSON Schema of a reply as structured output accepts it: closed objects, and what the API does not enforce (lengths, counts,
 * patterns) moved into descriptions, where the model reads it. Our own validation still holds every reply to the whole schema.
 */
export function outputSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return { ...transformJSONSchema(z.toJSONSchema(schema)) }
}
