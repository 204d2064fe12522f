// What the demo writes with `--json FILE`. Published as schema/demo-result.schema.json.
import { z } from 'zod'
import { declineCodes } from '../src/policy/decline.ts'

const count = z.int().min(0)

const changedFile = z.strictObject({
  path: z.string(),
  added: count.describe('Lines.'),
  deleted: count.describe('Lines.'),
  patch: z.string().describe('Hunks of the unified diff.'),
})

const pullRequest = z.strictObject({
  number: count,
  url: z.string(),
  title: z.string(),
  body: z.string().describe('Markdown.'),
  draft: z.boolean(),
  branch: z.string(),
  labels: z.array(z.string()),
  files: z.array(changedFile),
})

const scenarioResult = z.strictObject({
  slug: z.string(),
  shows: z.string(),
  issue: z.strictObject({ url: z.string(), title: z.string(), labelledBy: z.string() }),
  outcome: z
    .enum([
      'pull_request',
      'unverified',
      'plan_only',
      'reported',
      'declined',
      'cancelled',
      'failed',
      'nothing',
      'unfinished',
      'skipped',
    ])
    .describe('`nothing`: not a word was said. `unfinished`: the demo ended first. `skipped`: see `problems`.'),
  decline: z.enum(declineCodes).optional(),
  asExpected: z.boolean(),
  problems: z.array(z.string()).describe('What differs from what was expected; empty when nothing does.'),
  pullRequest: pullRequest.optional(),
  statusComment: z.string().optional().describe('Markdown.'),
  repairs: count.describe('Repairs after checks failed.'),
  tokens: z.number().min(0).describe('As the budget counts them: new, cached at a tenth, and written ones.'),
  usd: z.number().min(0).optional().describe('Absent where the model has no known price.'),
  seconds: z
    .number()
    .min(0)
    .describe('From the first word on the issue to the outcome; from the label where nothing is said.'),
})

export const demoResult = z.strictObject({
  version: z.string().describe('Of Draftsmith.'),
  model: z.enum(['recorded', 'live']),
  sandbox: z.enum(['bubblewrap', 'none']),
  seconds: z.number().min(0).describe('From the start to the last outcome.'),
  asExpected: z.boolean(),
  scenarios: z.array(scenarioResult),
})

export type DemoResult = z.infer<typeof demoResult>
export type ScenarioResult = z.infer<typeof scenarioResult>
export type PullRequestResult = z.infer<typeof pullRequest>
