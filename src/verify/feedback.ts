// What is sent back to the coder after a round, or that there is nothing left to send.
import type { Candidate } from '../execute/candidate.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Modification } from '../plan/plan.ts'
import type { VerificationReport } from './report.ts'

/** What one round of execute, verify and judge came to. */
export interface Proof {
  candidate: Candidate
  report: VerificationReport
  verdict: Verdict
  /** What the round before came to. */
  before: Proof | undefined
}

/** Verified by the checks, objected to by nobody, and the whole plan. */
export function isProven({ candidate, report, verdict }: Proof): boolean {
  return report.verified && verdict.passed && candidate.stopped === undefined && missingParts(candidate).length === 0
}

/** Modifications of the plan that do not stand. */
export function missingParts({ results }: Candidate): Modification[] {
  return results.filter(({ status }) => status !== 'done').map(({ modification }) => modification)
}

/** Text for the coder's next round. Undefined ends the rounds: proven, out of budget, beyond repair, or sent back for the same reason before. */
export function feedbackFor(proof: Proof): string | undefined {
  const { candidate, report, verdict } = proof
  if (isProven(proof) || candidate.stopped !== undefined || report.beyondRepair.length > 0) return undefined
  if (!report.verified)
    return `The whole change was verified in a fresh work tree and does not stand:\n\n${failures(report)}${vetoes(verdict)}${missing(candidate)}`
  if (!verdict.passed)
    return wasObjectedTo(proof.before)
      ? undefined
      : `The checks pass, but the review objects:\n\n${objections(verdict)}${missing(candidate)}`
  return wasIncomplete(proof.before) ? undefined : `What there is passes the checks.${missing(candidate)}`
}

function missing(candidate: Candidate): string {
  const parts = missingParts(candidate).map(({ kind, path, title }) => `- ${kind} ${path}: ${title}`)
  return parts.length === 0
    ? ''
    : `\n\nThese parts of the plan are missing; carry them out another way:\n${parts.join('\n')}`
}

function wasIncomplete(proof: Proof | undefined): boolean {
  return proof !== undefined && (missingParts(proof.candidate).length > 0 || wasIncomplete(proof.before))
}

/** Whether some round's work passed the checks and not the review: that has been sent back once. */
function wasObjectedTo(proof: Proof | undefined): boolean {
  if (proof === undefined) return false
  return (proof.report.verified && !proof.verdict.passed) || wasObjectedTo(proof.before)
}

function failures({ problems, checks }: VerificationReport): string {
  const summaries = checks
    .filter(({ regressed }) => regressed)
    .map(({ id, line, summary }) => `${id} (${line})\n${summary}`)
  return [...problems.map((problem) => `- ${problem}`), ...summaries].join('\n')
}

/** Told at once, since they would be the next round's. */
function vetoes(verdict: Verdict): string {
  return verdict.objections.length === 0 ? '' : `\n\nThe rules object besides:\n\n${objections(verdict)}`
}

function objections({ objections: list }: Verdict): string {
  return list.map(({ about, path, line, message }) => `- ${place(path, line)}${message} (${about})`).join('\n')
}

function place(path: string | undefined, line: number | undefined): string {
  if (path === undefined) return ''
  return line === undefined ? `${path}: ` : `${path}:${line}: `
}
