// Why work is not verified, or why there is none, in a sentence or two.
import type { Stopped } from '../execute/candidate.ts'
import type { Objection } from '../judge/verdict.ts'
import { missingParts, type Proof } from '../verify/feedback.ts'

/** Of one round; who objects, and where, is told. */
export function whyUnverified({ candidate, report, verdict }: Proof): string {
  const [missing] = missingParts(candidate)
  const found =
    report.problems[0] ??
    objectedTo(verdict.objections, candidate.stopped) ??
    (missing ? `A part of the plan is missing: ${missing.kind} ${missing.path}.` : undefined)
  // Why the work ended early is no help without what was wrong with it.
  const said = [found, candidate.stopped && stopReason(candidate.stopped)].filter((reason) => reason !== undefined)
  return said.length > 0 ? said.map(closed).join(' ') : 'It could not be verified.'
}

/** Of each round before the last one, the first one first. */
export function whySentBack({ before }: Proof): string[] {
  return before === undefined ? [] : [...whySentBack(before), whyUnverified(before)]
}

/** Of a run that left no change, with what helps. */
export function whyNoChange(stopped: Stopped | undefined): { reason: string; mend: string } {
  return stopped === undefined
    ? {
        reason: 'No modification of the plan passed its checks.',
        mend: 'The trace of the run tells what was tried; a more precise issue helps.',
      }
    : {
        reason: `${stopped.reason} No modification stood by then.`,
        mend: 'Make the issue narrower, or raise the limit in the policy.',
      }
}

/** As a whole sentence. */
export function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}

/** That nobody could be paid to review it is no news where the budget ended the work already. */
function objectedTo(objections: Objection[], stopped: Stopped | undefined): string | undefined {
  const [first] = objections.filter(({ about }) => about !== 'budget' || stopped?.kind !== 'budget_spent')
  if (first?.path === undefined) return first?.message
  const place = first.line === undefined ? first.path : `${first.path}:${first.line}`
  return `${first.by === 'rule' ? 'A rule' : 'The reviewer'} objects to \`${place}\`: ${first.message}`
}

/** Words of the coder are told from ours. */
function stopReason({ kind, reason }: Stopped): string {
  return kind === 'gave_up' ? `The coder stopped: ${reason}` : reason
}
