import { expect, test } from 'vitest'
import { z } from 'zod'
import { outputSchemaOf } from '../../src/model/output-schema.ts'

test('a schema says what to fill in, and not the bounds that no sensible reply comes near', () => {
  const schema = z.strictObject({
    words: z.string().min(1).max(1_000).describe('In a sentence.'),
    line: z.int().min(1).optional(),
    terms: z.array(z.string().max(80)).max(10),
    names: z.array(z.string()).max(50),
  })
  expect(outputSchemaOf(schema)).toEqual({
    type: 'object',
    properties: {
      words: { type: 'string', description: 'In a sentence.' },
      line: { type: 'integer' },
      terms: { type: 'array', items: { type: 'string' }, description: '{maxItems: 10}' },
      names: { type: 'array', items: { type: 'string' } },
    },
    additionalProperties: false,
    required: ['words', 'terms', 'names'],
  })
})
