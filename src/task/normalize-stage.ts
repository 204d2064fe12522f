// Stage 3: one model call, or the contract of an earlier attempt.
import { Fault } from '../errors.ts'
import { type Ended, end, type RunContext, stage } from '../run-context.ts'
import type { TaskContract } from './contract.ts'
import { type Normalized, normalize } from './normalize.ts'
import type { Screened } from './screen-stage.ts'

/** The contract, or the decline that says what is missing and how to write it. */
export async function normalizeTask(run: RunContext, { facts, policy }: Screened): Promise<TaskContract | Ended> {
  const { task } = run.claimed.run
  const normalized = await stage(run, 'normalize', {
    input: { task, commit: facts.baseCommit },
    work: () => withinBudget(() => normalize({ task, facts, policy, model: run.model(policy), signal: run.signal })),
    note: describe,
    failed: (value) => 'end' in value || value.kind === 'declined',
  })
  if ('end' in normalized) return normalized
  return normalized.kind === 'declined' ? end({ kind: 'declined', decline: normalized.decline }) : normalized.contract
}

/** Nothing was made yet, so a budget that cannot pay for reading the issue ends the run with the mend. */
async function withinBudget(work: () => Promise<Normalized>): Promise<Normalized | Ended> {
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

function describe(normalized: Normalized | Ended): string | undefined {
  if ('end' in normalized || normalized.kind === 'declined') return undefined
  const { taskType, complexity, risk } = normalized.contract
  const read = normalized.by === 'form' ? 'read from the form' : `risk ${risk}`
  return `${taskType.replaceAll('_', ' ')}, complexity ${complexity}, ${read}`
}
