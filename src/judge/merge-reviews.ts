// Several reviewers look at the same change by themselves; what two of them say is said once.
import type { Objection, Verdict } from './verdict.ts'

/** Lines that are no further apart are one place. */
const samePlace = 3

/** Passed where nobody objects. The words of the first one stay. */
export function mergeReviews(verdicts: Verdict[]): Verdict {
  const all = verdicts.flatMap((verdict) => verdict.objections)
  const objections = all.filter((next, at) => !all.slice(0, at).some((before) => saysTheSame(before, next)))
  return {
    passed: objections.length === 0,
    objections,
    remarks: [...new Set(verdicts.flatMap(({ remarks }) => remarks))],
  }
}

/** In the same words, or of the same dimension at the same place. */
function saysTheSame(one: Objection, other: Objection): boolean {
  if (one.path !== other.path || one.by !== other.by) return false
  if (one.message === other.message) return true
  if (one.about !== other.about || one.line === undefined || other.line === undefined) return false
  return Math.abs(one.line - other.line) <= samePlace
}
