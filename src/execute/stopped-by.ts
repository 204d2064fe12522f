// Why the coder's loop ended, in words for people. Expected ends keep the work.
import type { LoopResult, Unpaid } from '../agent/loop.ts'
import type { Amendment } from '../plan/amend-plan.ts'
import { dollars, thousands } from '../render/figures.ts'
import type { RunContext } from '../run-context.ts'
import type { Stopped } from './candidate.ts'
import type { CoderEnding } from './coder-tools.ts'

/** Undefined where every modification is settled. */
export function stoppedBy(
  run: Pick<RunContext, 'deadline'>,
  { stop, ending, finalText, unpaid }: LoopResult<CoderEnding>,
): Stopped | undefined {
  if (ending?.kind === 'finished') return undefined
  if (ending?.kind === 'stopped') return { kind: 'gave_up', reason: ending.reason }
  if (ending?.kind === 'asks')
    return { kind: 'question', reason: ending.escalation.reason, escalation: ending.escalation }
  if (ending?.kind === 'amends')
    return { kind: 'approval', reason: outsideApproved(ending.amendment), amendment: ending.amendment }
  if (run.deadline.aborted)
    return {
      kind: 'deadline',
      reason: run.deadline.reason instanceof Error ? run.deadline.reason.message : 'The time was over.',
    }
  if (stop === 'budget_spent') return { kind: 'budget_spent', reason: budgetSpent(unpaid) }
  if (stop === 'turns' || stop === 'tool_calls')
    return { kind: 'turns', reason: `The limit of ${stop === 'turns' ? 'model turns' : 'tool calls'} was reached.` }
  return { kind: 'model', reason: reasons[stop] ?? endedEarly(finalText) }
}

function budgetSpent(unpaid: Unpaid | undefined): string {
  if (unpaid === undefined) return 'The budget was spent: the next call could have passed the ceiling.'
  const { ceiling, needed, left } = unpaid
  const amount = (value: number) =>
    ceiling === 'usd' ? `${dollars(value)} USD` : `${thousands(Math.round(value))} tokens`
  return `The budget was spent: the next call could take ${amount(needed)}, and ${amount(left)} are left of limits.${ceiling}.`
}

function outsideApproved({ modification, reason }: Amendment): string {
  return `The approved plan does not name ${modification.path}, and the work needs it: ${reason}`
}

function endedEarly(finalText: string): string {
  const words = finalText.trim().slice(0, 300)
  return words === '' ? 'The coder ended early, without a word.' : `The coder ended early: ${words}`
}

const reasons: Record<string, string> = {
  refused: 'The model refused to go on.',
  reply_cut: 'The replies of the model were too long.',
}
