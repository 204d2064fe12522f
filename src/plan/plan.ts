import { z } from 'zod'

const path = z.string().min(1).max(300)
const sentence = z.string().min(1).max(1_000)

const modification = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,20}$/),
  path,
  kind: z.enum(['modify', 'create', 'delete']),
  title: z.string().min(1).max(120).describe('One line: what changes in the file.'),
  reason: sentence,
  dependsOn: z.array(z.string()).max(10).default([]).describe('Ids that must stand before this one.'),
  criteria: z.array(z.int().min(1)).max(10).optional().describe('Of a test: numbers of the criteria that it covers.'),
  around: z
    .array(z.string().min(1).max(120))
    .max(6)
    .optional()
    .describe('Names in a long file around which the engineer has to see it: functions, tests.'),
  estimatedLines: z.int().min(0).max(5_000),
})

/** What the planner model proposes. Rules check it before anybody acts on it (plan/check-plan.ts). What can be left out, need not be paid. */
export const implementationPlan = z.strictObject({
  summary: sentence.describe('What will be done and why it solves the issue, in at most three sentences.'),
  rootCause: sentence.optional().describe('For a defect: where it comes from, by file and symbol.'),
  modifications: z.array(modification).max(40),
  removedTests: z
    .array(z.strictObject({ name: sentence, reason: sentence }))
    .max(20)
    .default([])
    .describe('Tests whose names will vanish.'),
  withoutTest: sentence.optional().describe('Why no test can show the change, or which criteria none can.'),
  risks: z.array(sentence).max(10).default([]),
  questions: z.array(sentence).max(5).default([]),
  choice: z
    .strictObject({
      reason: sentence,
      evidence: z.array(sentence).max(5),
      options: z.array(z.string().min(1).max(300)).min(2).max(4),
      recommended: z.int().min(1).describe('Number from 1; the plan is for that one.'),
    })
    .optional()
    .describe('A decision that only a maintainer can take.'),
  feasible: z.boolean().default(true),
})
export type ProposedPlan = z.output<typeof implementationPlan>

/** `test`: whether the file is one, as the toolchain tells it. */
export type Modification = z.output<typeof modification> & { test: boolean }
export interface ImplementationPlan extends Omit<ProposedPlan, 'modifications'> {
  modifications: Modification[]
}
