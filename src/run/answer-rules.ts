// When an answer counts. Pure: the ledger asks while it holds the run's row, so that what is decided here is still true when it is written.
import { hashOf } from '../model/canonical.ts'
import type { Answer, Question, Refusal, Said, WaitingState } from './question.ts'
import type { Run } from './run.ts'

/** Remarks on the plans of one run, and choices in one run: what is not clear by then is a matter for the issue. */
export const mostRevisions = 5
export const mostChoices = 3

/** Short enough to type on a phone. Only compared with the one question that is open, so that 32 bits are plenty. */
export function hashOfQuestion(about: unknown): string {
  return hashOf(about).slice(0, 8)
}

export function stateOf({ kind }: Question): WaitingState {
  return kind === 'approval' ? 'awaiting_approval' : 'awaiting_answer'
}

/** Undefined when the answer counts. */
export function refuseAnswer(
  { state, question, cancelReason }: Pick<Run, 'state' | 'question' | 'cancelReason'>,
  earlier: Answer[],
  said: Said,
): Refusal | undefined {
  if (question === undefined || state === 'ended' || cancelReason !== undefined)
    return repeats(earlier, said) ? 'answered' : 'not_waiting'
  switch (said.kind) {
    case 'approve':
      if (question.kind !== 'approval') return 'other_kind'
      return said.hash === question.hash ? undefined : 'other_hash'
    case 'choose':
      if (question.kind !== 'choice') return 'other_kind'
      return question.escalation.options[said.option - 1] === undefined ? 'no_such_option' : undefined
    case 'revise':
      return earlier.filter(({ said: before }) => before.kind === 'revise').length >= mostRevisions
        ? 'too_many_revisions'
        : undefined
  }
}

function repeats(earlier: Answer[], said: Said): boolean {
  return (
    said.kind === 'approve' &&
    earlier.some(({ said: before }) => before.kind === 'approve' && before.hash === said.hash)
  )
}
