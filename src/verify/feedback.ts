// What is sent back to the coder after a round, or that there is nothing left to send.
import type { Candidate } from '../execute/candidate.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { VerificationReport } from './report.ts'

/** What one round of execute, verify and judge came to. */
export interface Proof {
  candidate: Candidate
  report: VerificationReport
  verdict: Verdict
  /** What the round before came to. */
  before: Proof | undefined
}

/** Verified by the checks, objected to by nobody, and complete. */
export function isProven({ candidate, report, verdict }: Proof): boolean {
  return report.verified && verdict.passed && candidate.stopped === undefined
}

/** Text for the coder's next round. Undefined ends the rounds: proven, out of budget, or objected to for the second time. */
export function feedbackFor(proof: Proof): string | undefined {
  const { candidate, report, verdict } = proof
  if (isProven(proof) || candidate.stopped !== undefined) return undefined
  if (!report.verified)
    return `The whole change was verified in a fresh work tree and does not stand:\n\n${failures(report)}`
  return wasObjectedTo(proof.before) ? undefined : `The checks pass, but the review objects:\n\n${objections(verdict)}`
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

function objections({ objections: list }: Verdict): string {
  return list.map(({ about, path, line, message }) => `- ${place(path, line)}${message} (${about})`).join('\n')
}

function place(path: string | undefined, line: number | undefined): string {
  if (path === undefined) return ''
  return line === undefined ? `${path}: ` : `${path}:${line}: `
}
