// What `.github/draftsmith.yml` may say. The one list of keys: types, JSON Schema and docs/policy.md are made from it.
import { z } from 'zod'
import { risks, taskTypes } from '../task/contract.ts'
import { isCron } from './cron.ts'
import { autonomyModes } from './decision.ts'
import { defaultExtensions } from './extensions.ts'
import { globProblem } from './globs.ts'

const maxListed = 200

const globs = z.array(z.string().superRefine(refuseGlob)).max(maxListed).default([])

const word = z.string().min(1).max(100)
const labelName = z.string().trim().min(1).max(50)
const command = z.string().trim().min(1).max(500)

const count = (value: number, most: number, description: string) =>
  z.int().min(1).max(most).default(value).describe(description)

const countOrNone = (value: number, most: number, description: string) =>
  z.int().min(0).max(most).default(value).describe(description)

const check = (description: string, required = true) =>
  z
    .union([
      command.transform((line) => ({ command: line as string | undefined, required })),
      z.strictObject({
        command: command.optional().describe('A shell line, run at the root of the repository. Left out: detected.'),
        required: z.boolean().default(required).describe('When false, a regression is reported but does not block.'),
      }),
    ])
    .prefault({})
    .describe(description)

const modeOf = () => z.enum(['by_risk', ...autonomyModes, 'decline'])

const scope = z.strictObject({
  include: globs.describe('Globs of what may be written. Empty: everything that is not protected.'),
  exclude: globs.describe('Globs of what is never written, beside the protected paths.'),
  extensions: z
    .array(z.string().regex(/^\.?[A-Za-z0-9]{1,16}$/, 'must be a file extension such as "ts"'))
    .max(maxListed)
    .default(defaultExtensions)
    .transform((list) => list.map((extension) => extension.replace(/^\./, '').toLowerCase()))
    .describe('Extensions of files that may be written. Replaces the default list.'),
})

const limits = z.strictObject({
  files: count(15, 1_000, 'Files a change may touch before its plan needs approval.'),
  addedLines: count(500, 100_000, 'Lines a change may add before its plan needs approval.'),
  usd: z.number().positive().max(1_000).default(5).describe('US dollars a run may spend on models.'),
  tokens: count(200_000, 100_000_000, 'Tokens a run may spend: input + cache writes + output + 0.1 × cache reads.'),
  minutes: count(45, 1_440, 'Minutes of work a run may take; waiting does not count.'),
  turns: count(60, 1_000, 'Model replies a run may use.'),
  toolCalls: count(200, 5_000, 'Tool calls a run may use.'),
  repairs: countOrNone(3, 20, 'Repair attempts for one modification.'),
  verifyRounds: count(3, 20, 'Rounds of verification before the work counts as unverified.'),
  packetFiles: count(10, 100, 'Files shown to the model at the start.'),
  outputKiB: count(8, 256, "KiB of a command's output shown to the model; the whole log is kept."),
  followUpRounds: countOrNone(2, 20, 'Follow-up runs after a red CI or a review.'),
  repositoryMiB: count(2_048, 1_000_000, 'Size up to which a repository is cloned.'),
})

const checks = z.strictObject({
  install: check('Installs dependencies. The only command with network access.'),
  format: check('Checks the format.'),
  typecheck: check('Checks the types.'),
  lint: check('Checks the style.'),
  test: check('Runs all tests.'),
  targetedTest: check('Runs some tests: `{files}` is replaced by their paths.', false),
})

const approval = z.strictObject({
  risk: z.enum(risks).default('high').describe('Risk from which a plan needs approval before it is executed.'),
  size: z
    .enum(['approval', 'decline'])
    .default('approval')
    .describe('What happens to a plan above `limits.files` or `limits.addedLines`.'),
  paths: globs.describe('Globs of files whose change always needs approval.'),
})

const taskModes = z.strictObject(
  Object.fromEntries(
    taskTypes.map((type) => [
      type,
      modeOf()
        .default('by_risk')
        .describe(
          `How far a run goes for a task of kind ${type.replace('_', ' ')}. Can only be stricter than its risk asks.`,
        ),
    ]),
  ) as Record<(typeof taskTypes)[number], z.ZodDefault<ReturnType<typeof modeOf>>>,
)

const sandbox = z.strictObject({
  kind: z
    .enum(['auto', 'bubblewrap', 'container', 'none'])
    .default('auto')
    .describe('Which sandbox runs the commands. `auto`: what the deployment has chosen.'),
  image: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'Image for the container sandbox, one of those that the deployment offers. Left out: by what the repository is built with.',
    ),
  allowedHosts: z
    .array(z.string().regex(/^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?$/, 'must be a host such as "pypi.org"'))
    .max(50)
    .default([])
    .describe('Hosts the install command may reach, beside those the package client is configured with.'),
  commandMinutes: count(10, 240, 'Minutes one command may take.'),
  memoryMiB: count(4_096, 262_144, 'MiB of memory for a command and everything it starts.'),
  processes: count(512, 32_768, 'Processes a command may have at once.'),
  cpus: count(2, 128, 'CPUs for a command.'),
})

const modelName = word.optional()

/** Each reads the whole diff: more of them say the same again. */
const mostReviewers = 3

const models = z.strictObject({
  analyst: modelName.describe('Model that reads the issue.'),
  planner: modelName.describe('Model that plans.'),
  coder: modelName.describe('Model that writes.'),
  reviewer: z
    .union([word.transform((name) => [name]), z.array(word).min(1).max(mostReviewers)])
    .optional()
    .describe('Model that reviews; or up to three, each of which reviews by itself and may object.'),
})

const pullRequest = z.strictObject({
  branchPrefix: z
    .string()
    .max(60)
    .regex(
      /^(?![/.-]|refs\/)(?!.*(\/\/|\.\.|\.lock\/|\/\.|@\{))[A-Za-z0-9._/-]*[A-Za-z0-9_/-]$/,
      'must begin a valid branch name',
    )
    .default('agent/issue-')
    .describe('Begin of the branch name; the number of the issue follows.'),
  labels: z
    .array(labelName)
    .max(20)
    .default(['agent-generated', 'needs-review'])
    .describe('Labels of the pull request.'),
  reviewers: z
    .array(z.string().regex(/^[A-Za-z0-9-]{1,39}$/, 'must be a GitHub login'))
    .max(15)
    .default([])
    .describe('Logins whose review is requested.'),
  title: z
    .string()
    .min(1)
    .max(120)
    .default('{title}')
    .describe('Title of the pull request; `{title}`, `{type}` and `{issue}` are replaced.'),
})

export const policySchema = z.strictObject({
  base: z.string().min(1).max(200).optional().describe('Branch to work from. Left out: the default branch.'),
  schedule: z
    .string()
    .refine(isCron, 'must be a cron expression with five fields')
    .optional()
    .describe(
      'Cron expression, in UTC, at which issues are taken up whose label no run has answered, however long ago it was put. Left out: only when the label is put.',
    ),
  scope: scope.prefault({}),
  limits: limits.prefault({}),
  checks: checks.prefault({}),
  approval: approval.prefault({}),
  modes: taskModes.prefault({}),
  complexity: z
    .enum(['decline', 'approval'])
    .default('decline')
    .describe('What happens to a task that is too complex.'),
  thinTests: z
    .enum(['decline', 'unverified', 'allow'])
    .default('decline')
    .describe(
      'What happens where no test can be run: no work, work marked as unverified, or the other checks suffice.',
    ),
  untestedCode: z
    .enum(['write_first', 'lower_autonomy', 'decline', 'allow'])
    .default('write_first')
    .describe(
      'What happens where tests can be run and none is near the code that a plan changes: a test is written, and first where behaviour stays; the run goes one step less far; no work; or nothing.',
    ),
  unverified: z
    .enum(['patch', 'branch', 'draft'])
    .default('branch')
    .describe('What becomes of work that could not be verified: a patch in the comment, a branch, or a marked draft.'),
  sandbox: sandbox.prefault({}),
  models: models.prefault({}),
  pullRequest: pullRequest.prefault({}),
  concurrency: count(1, 100, 'Runs of this repository at once.'),
  sensitivity: z.enum(risks).default('low').describe('The least risk that any task of this repository has.'),
})

/** Keys that may be written already and have no effect yet; report and docs/policy.md say so. */
export const idleKeys = ['limits.followUpRounds']

/** What may be written in the file: everything is optional. */
export type PolicyFile = z.input<typeof policySchema>

/** What may be trusted: defaults and the deployment's ceilings are applied. Only `parsePolicy` makes one. */
export type Policy = z.output<typeof policySchema>
export type Limits = Policy['limits']

function refuseGlob(glob: string, context: z.core.$RefinementCtx<string>): void {
  const problem = globProblem(glob)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
}
