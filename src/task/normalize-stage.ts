// Stage 3: one model call, or the contract of an earlier attempt.
import { Fault } from '../errors.ts'
import type { Outcome } from '../run/outcome.ts'
import { type Ended, end, type RunContext, stage } from '../run-context.ts'
import { type Normalized, normalize } from './normalize.ts'
import type { Screened } from './screen-stage.ts'

export type Understood = Extract<Normalized, { kind: 'contract' }>

/** The contract, or the decline that says what is missing and how to write it. `said`: what a maintainer has said of its readings. */
export async function normalizeTask(
  run: RunContext,
  { facts, policy }: Screened,
  said?: string,
): Promise<Understood | Ended<Outcome>> {
  const { task } = run.claimed.run
  const request = { task, facts, policy, model: run.model(policy), signal: run.signal, ...(said && { said }) }
  const normalized = await stage(run, 'normalize', {
    input: { task, commit: facts.baseCommit, ...(said && { said }) },
    work: () => withinBudget(() => normalize(request)),
    note: describe,
    failed: (value) => 'end' in value || value.kind === 'declined',
  })
  if ('end' in normalized) return normalized
  return normalized.kind === 'declined' ? end({ kind: 'declined', decline: normalized.decline }) : normalized
}

/** Nothing was made yet, so a budget that cannot pay for reading the issue ends the run with the mend. */
async function withinBudget(work: () => Promise<Normalized>): Promise<Normalized | Ended<Outcome>> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.class !== 'budget_spent') throw thrown
    return end({
      kind: 'failed',
      code: 'budget_spent',
      reason: `Reading the issue alone could pass the budget. ${thrown.message}`,
      mend: 'Raise `limits.usd` or `limits.tokens` in the policy, or shorten the issue.',
    })
  }
}

function describe(normalized: Normalized | Ended<Outcome>): string | undefined {
  if ('end' in normalized || normalized.kind === 'declined') return undefined
  if (normalized.readings !== undefined) return 'it can be meant in several ways'
  const { taskType, complexity, risk } = normalized.contract
  const read = normalized.by === 'form' ? 'read from the form' : `risk ${risk}`
  return `${taskType.replaceAll('_', ' ')}, complexity ${complexity}, ${read}`
}
