import { z } from 'zod'

const sentence = z.string().min(1).max(1_000)

/** Dimensions of a review; the same words stand in the PR. */
export const dimensions = [
  'scope',
  'intent',
  'minimality',
  'test_integrity',
  'safety',
  'maintainability',
  'evidence',
] as const

/** What the reviewer model may say. It has no word for approval. */
export const review = z.strictObject({
  objections: z
    .array(
      z.strictObject({
        about: z.enum(dimensions),
        path: z.string().max(300).describe('As in the diff; empty for the change as a whole.'),
        line: z.int().min(1).optional(),
        message: sentence.describe('What is wrong, and what would mend it.'),
      }),
    )
    .max(10),
  remarks: z.array(sentence).max(5).describe('For the human reviewer; these do not block.'),
})
export type Review = z.infer<typeof review>
