// Each call of an installation asks first whether GitHub may be called, and tells the others what the answer told.
import { Fault } from '../errors.ts'
import type { CallBudget, Standing, Urgency } from './call-budget.ts'
import { limitMet, type MetLimit } from './github-faults.ts'
import { isLow } from './shared-call-budget.ts'

export interface BudgetedCalls {
  installationId: number
  urgency: Urgency
  budget: CallBudget
  /** Called for each call that GitHub refused for a limit. */
  limited?: ((limit: MetLimit['limit']) => void) | undefined
  now(): number
  sleep(ms: number): Promise<void>
  /** What is longer fails instead, and is tried again by whoever asked. Milliseconds. */
  longestWaitMs: number
}

type Headers = Record<string, string | number | undefined>

/**
 * Throws `infrastructure`: `github_rate_limited` where a call would meet a limit that is known to hold, `github_budget_low` where
 * little is left and nobody waits for the answer. Both with `data.retryAfterMs`.
 */
export async function withinBudget<T extends { headers: Headers }>(
  calls: BudgetedCalls,
  call: () => Promise<T>,
): Promise<T> {
  await admit(calls)
  try {
    const response = await call()
    noteHeaders(calls, response.headers)
    return response
  } catch (thrown) {
    const met = limitMet(thrown)
    if (met !== undefined) {
      calls.limited?.(met.limit)
      noteHeaders(calls, met.headers)
      calls.budget.close(calls.installationId, calls.now() + met.retryAfterSeconds * 1_000)
    }
    throw thrown
  }
}

async function admit({ installationId, urgency, budget, now, sleep, longestWaitMs }: BudgetedCalls): Promise<void> {
  const standing = await budget.standing(installationId)
  if (standing === undefined) return
  const waitMs = mayBeCalledAt(standing) - now()
  if (urgency === 'background' && isLow(standing)) throw budgetLow(standing, now())
  if (waitMs <= 0) return
  if (waitMs > longestWaitMs) throw closed(waitMs)
  await sleep(waitMs)
}

function mayBeCalledAt({ remaining, resetsAt, closedUntil = 0 }: Standing): number {
  return Math.max(remaining > 0 ? 0 : resetsAt, closedUntil)
}

function closed(retryAfterMs: number): Fault {
  const seconds = Math.ceil(retryAfterMs / 1_000)
  return new Fault('infrastructure', 'github_rate_limited', "GitHub's rate limit is reached.", {
    mend: `Nothing to do: it is tried again in ${seconds} s.`,
    data: { retryAfterMs },
  })
}

function budgetLow({ limit, remaining, resetsAt, closedUntil = 0 }: Standing, now: number): Fault {
  const said = `${remaining} of ${limit} calls to GitHub are left, which are kept for people who wait for an answer.`
  return new Fault('infrastructure', 'github_budget_low', said, {
    mend: 'Nothing to do: it is tried again later.',
    data: { retryAfterMs: Math.max(resetsAt, closedUntil) - now },
  })
}

/** Other resources than `core`, such as the search, have limits of their own. */
function noteHeaders({ budget, installationId }: BudgetedCalls, headers: Headers): void {
  if ((headers['x-ratelimit-resource'] ?? 'core') !== 'core') return
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  )
  if (!limit || remaining === undefined || !reset || Number.isNaN(remaining)) return
  budget.note(installationId, { limit, remaining, resetsAt: reset * 1_000 })
}
