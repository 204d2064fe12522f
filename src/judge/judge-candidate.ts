// Stage 10: rules first, then reviewer models that can only object. They see contract, diff and evidence, never the coder's conversation.
import { loadPrompt } from '../agent/prompt.ts'
import { Fault } from '../errors.ts'
import type { Candidate } from '../execute/candidate.ts'
import { isDocument } from '../execute/candidate-facts.ts'
import type { Model } from '../model/model.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { reviewersOf } from '../policy/model-choice.ts'
import { type RunContext, stage } from '../run-context.ts'
import type { VerificationReport } from '../verify/report.ts'
import type { Patch } from '../workspace/workspace.ts'
import { describeChange } from './describe-change.ts'
import { judgeByRule } from './judge-by-rule.ts'
import { judgedFacts } from './judged-facts.ts'
import { mergeReviews } from './merge-reviews.ts'
import { placeObjection } from './place-objection.ts'
import { type Review, review } from './review.ts'
import { type ShownFile, shownFiles } from './shown-diff.ts'
import type { Objection, Verdict } from './verdict.ts'

/** Longest diff that a reviewer is shown, in characters; a longer one is for people to review. */
const longestDiff = 60_000

const system = loadPrompt(new URL('./judge.md', import.meta.url))

export interface Judged {
  round: number
  candidate: Candidate
  report: VerificationReport
}

/** A candidate that the checks refused is not judged by a paid model: the verdict then holds the rules' objections alone. */
export async function judgeCandidate(
  run: RunContext,
  task: PlannedTask,
  { round, candidate, report }: Judged,
): Promise<Verdict> {
  return stage(run, 'judge', {
    round,
    input: { treeSha: candidate.treeSha, verified: report.verified, contract: task.contract },
    work: async () => {
      const patch = await task.bench.workspace.diff(candidate.treeSha)
      const { objections, remarks } = judgeByRule(
        await judgedFacts(task, { issue: run.claimed.run.task, candidate, patch }),
      )
      if (!report.verified || objections.length > 0) return verdictOf(objections, remarks)
      const verdict = await reviewed(run.model(task.policy), { task, patch, report, signal: run.signal })
      return { ...verdict, remarks: [...remarks, ...verdict.remarks] }
    },
    note: ({ objections }) => (objections.length > 0 ? objections[0]?.message : undefined),
    failed: ({ passed }) => !passed,
  })
}

interface Reviewing {
  task: PlannedTask
  patch: Patch
  report: VerificationReport
  signal: AbortSignal
}

async function reviewed(model: Model, { task, patch, report, signal }: Reviewing): Promise<Verdict> {
  if (patch.text.length > longestDiff) return verdictOf([unreviewable(patch)], [])
  const { workspace, isTest } = task.bench
  const isCode = (path: string) => !isTest(path) && !isDocument(path)
  const files = shownFiles({ patch, changes: await workspace.changes(report.treeSha), isCode })
  const text = describeChange(task, { files, report })
  const verdicts: Verdict[] = []
  // One after the other, so that what one has cost is known before the next is asked.
  for (const reviewer of reviewersOf(task.policy)) {
    verdicts.push(await askReviewer(model, { reviewer, text, files, signal }))
  }
  return mergeReviews(verdicts)
}

interface Asking {
  /** Name of the model; undefined for the one of the role. */
  reviewer: string | undefined
  text: string
  files: ShownFile[]
  signal: AbortSignal
}

async function askReviewer(model: Model, { reviewer, text, files, signal }: Asking): Promise<Verdict> {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }]
  try {
    const { objections, remarks } = await model.structured(
      { role: 'reviewer', ...(reviewer && { model: reviewer }), system, messages, schema: review },
      signal,
    )
    return verdictOf(
      objections.map((said) => fromReviewer(said, files)),
      remarks,
    )
  } catch (thrown) {
    return verdictOf([unreviewed(thrown)], [])
  }
}

function unreviewable({ text }: Patch): Objection {
  const message = `The diff has ${text.length} characters, and a reviewer is shown at most ${longestDiff}: it was not reviewed.`
  return { by: 'rule', about: 'review', message }
}

/** The work stands and is paid for: a reviewer that cannot be asked, or does not answer, makes it unverified and no more. */
function unreviewed(thrown: unknown): Objection {
  if (!(thrown instanceof Fault)) throw thrown
  if (thrown.class === 'budget_spent')
    return { by: 'rule', about: 'budget', message: 'The budget was spent before the change could be reviewed.' }
  if (thrown.class !== 'invalid_input' && !withoutReview.has(thrown.code)) throw thrown
  return { by: 'rule', about: 'review', message: `The change could not be reviewed. ${thrown.message}` }
}

const withoutReview = new Set(['model_refused', 'model_reply_invalid', 'model_reply_cut'])

function fromReviewer(said: Review['objections'][number], files: ShownFile[]): Objection {
  return placeObjection({ by: 'reviewer', ...said }, files)
}

function verdictOf(objections: Objection[], remarks: string[]): Verdict {
  return { passed: objections.length === 0, objections, remarks }
}
