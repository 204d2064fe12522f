// The evidence as data: what travels with a pull request, so that anybody can measure again and compare.
import { z } from 'zod'
import { redact } from '../trace/redaction.ts'
import type { CheckComparison, ReproductionEvidence } from './report.ts'

/** Artifact of a run that holds its evidence, as JSON of `schema/evidence.schema.json`. */
export const evidenceArtifact = 'evidence.json'

const sha = z.string().regex(/^[0-9a-f]{40}$/)

const nameList = z.object({
  count: z.int().min(0),
  names: z.array(z.string()).describe('All of them, sorted, or none where the text would be too long.'),
})

const outcome = z.object({
  exitCode: z.int().nullable().describe('Null where the command was ended.'),
  passed: z.boolean(),
  timedOut: z.boolean(),
  durationMs: z.number(),
  counts: z
    .object({ passed: z.int(), failed: z.int(), skipped: z.int() })
    .optional()
    .describe('Absent where the runner names no tests.'),
})

const checkEvidence = z.object({
  id: z.string(),
  line: z.string().describe('For people. A repetition takes the command from the base commit, never from here.'),
  required: z.boolean(),
  before: outcome.describe('On the base commit.'),
  after: outcome.describe('On the verified tree.'),
  regressed: z.boolean(),
  broken: nameList.describe('Passed before, and do not pass after.'),
  fixed: nameList.describe('Failed before, pass after.'),
  added: nameList.describe('Were not there before.'),
  stillFailing: nameList.describe('Failed before and after.'),
  flaky: nameList.describe('Failed and passed on the same tree.'),
  findings: z
    .object({
      added: nameList.describe('Were not found before, each as file and message.'),
      known: z.int().min(0).describe('How many are found before and after.'),
    })
    .optional()
    .describe(
      'Of a check that runs no tests and is red before and after; absent where it does not tell what it finds.',
    ),
  log: z.string().describe('Artifact of the run that holds the whole log.'),
})

/** Keys are only ever added. */
export const evidenceSchema = z.object({
  format: z.literal(1),
  draftsmith: z.string().describe('Version that measured.'),
  run: z.string(),
  repository: z.string(),
  baseCommit: sha,
  tree: sha.describe('Git tree that was verified: base commit and patch.'),
  verified: z.boolean(),
  removedTests: z.array(z.string()).describe('Tests that the plan removes with a reason.'),
  sandbox: z.string(),
  checks: z.array(checkEvidence),
  reproduction: z
    .object({
      failsWithoutChange: nameList,
      passesWithoutChange: nameList,
      exitCodes: z.array(
        z.object({ line: z.string(), without: z.int().nullable(), with: z.int().nullable(), shows: z.boolean() }),
      ),
    })
    .optional()
    .describe('The changed tests, run on the sources of the base commit.'),
  notVerified: z.array(z.string()),
})
export type Evidence = z.infer<typeof evidenceSchema>
export type CheckEvidence = z.infer<typeof checkEvidence>
export type NameList = z.infer<typeof nameList>

export interface MeasuredEvidence
  extends Omit<Evidence, 'format' | 'checks' | 'reproduction' | 'removedTests' | 'notVerified'> {
  removedTests: readonly string[]
  checks: CheckComparison[]
  reproduction: ReproductionEvidence | undefined
  notVerified: readonly string[]
}

/** Names of tests and commands are words of the repository: credentials in them are taken out on both sides of a comparison. */
export function evidenceOf({ checks, reproduction, removedTests, notVerified, ...facts }: MeasuredEvidence): Evidence {
  return {
    format: 1,
    ...facts,
    removedTests: removedTests.map(redact),
    checks: checks.map(checkOf),
    ...(reproduction && {
      reproduction: {
        failsWithoutChange: listOf(reproduction.failsWithoutChange),
        passesWithoutChange: listOf(reproduction.passesWithoutChange),
        exitCodes: (reproduction.exitCodes ?? []).map((codes) => ({ ...codes, line: redact(codes.line) })),
      },
    }),
    notVerified: notVerified.map(redact),
  }
}

/** The same with counts alone, which a comparison can do with. */
export function withoutNames(evidence: Evidence): Evidence {
  const bare = ({ count }: NameList): NameList => ({ count, names: [] })
  const { reproduction } = evidence
  return {
    ...evidence,
    checks: evidence.checks.map((check) => ({
      ...check,
      broken: bare(check.broken),
      fixed: bare(check.fixed),
      added: bare(check.added),
      stillFailing: bare(check.stillFailing),
      flaky: bare(check.flaky),
      ...(check.findings && { findings: { ...check.findings, added: bare(check.findings.added) } }),
    })),
    ...(reproduction && {
      reproduction: {
        ...reproduction,
        failsWithoutChange: bare(reproduction.failsWithoutChange),
        passesWithoutChange: bare(reproduction.passesWithoutChange),
      },
    }),
  }
}

function checkOf(check: CheckComparison): CheckEvidence {
  const { id, line, required, before, after, regressed, log } = check
  return {
    id,
    line: redact(line),
    required,
    before,
    after,
    regressed,
    broken: listOf(check.broken),
    fixed: listOf(check.fixed),
    added: listOf(check.added),
    stillFailing: listOf(check.stillFailing),
    flaky: listOf(check.flaky),
    ...(check.findings && { findings: { added: listOf(check.findings.added), known: check.findings.known } }),
    log,
  }
}

function listOf(names: string[]): NameList {
  return { count: names.length, names: names.map(redact).sort() }
}
