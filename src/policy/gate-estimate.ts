// What follows from an estimate that does not fit the budget; decided before planning and coding are paid.
import type { Estimate } from '../estimate/estimate.ts'
import type { Permitted } from './autonomy.ts'
import type { Limits, Policy } from './policy-schema.ts'

/**
 * Where most runs like this one would pass a ceiling, a person decides over the plan. Nothing is declined for an estimate:
 * the ceiling holds anyway, what is done by then is kept, and every second run costs less than the median.
 */
export function gateEstimate(
  estimate: Estimate,
  { policy, decision }: { policy: Policy; decision: Permitted },
): Permitted {
  const overBudget = passedCeiling(estimate, policy.limits)
  return overBudget === undefined ? decision : { ...decision, overBudget }
}

function passedCeiling({ tokens, usd }: Estimate, limits: Limits): string | undefined {
  const kept = 'What is not done when it is reached is kept as it is then.'
  if (usd !== undefined && usd.middle > limits.usd)
    return `The estimate of ${usd.middle.toFixed(2)} USD passes the ceiling of ${limits.usd.toFixed(2)} (limits.usd). ${kept}`
  if (tokens.middle > limits.tokens)
    return `The estimate of ${Math.round(tokens.middle)} tokens passes the ceiling of ${limits.tokens} (limits.tokens). ${kept}`
  return undefined
}
