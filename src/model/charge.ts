// What the calls of a run came to, over all roles and by role.
import type { Charge, ModelRole, Usage } from './model.ts'

/** One call without its texts: a finished one, or a reservation at its upper bound. */
export interface ChargedCall extends Usage {
  role: ModelRole
  /** As `chargedTokens` counts. */
  tokens: number
  /** Null where the model has no price. */
  usd: number | null
}

/** One call without a price makes the sum in USD unknown; what is known of it still counts against the ceiling. */
export function sumCalls(calls: readonly ChargedCall[]): Charge {
  const byRole = [...Map.groupBy(calls, ({ role }) => role)].map(([role, own]) => ({ role, ...plainSum(own) }))
  return { ...plainSum(calls), knownUsd: calls.reduce((sum, { usd }) => sum + (usd ?? 0), 0), byRole }
}

function plainSum(calls: readonly ChargedCall[]) {
  const total = (key: 'tokens' | keyof Usage) => calls.reduce((sum, call) => sum + call[key], 0)
  return {
    tokens: total('tokens'),
    usd: calls.some(({ usd }) => usd === null) ? undefined : calls.reduce((sum, { usd }) => sum + (usd ?? 0), 0),
    calls: calls.length,
    usage: {
      inputTokens: total('inputTokens'),
      cacheWriteTokens: total('cacheWriteTokens'),
      cacheReadTokens: total('cacheReadTokens'),
      outputTokens: total('outputTokens'),
    },
  }
}
