// What a run was expected to cost, what it has cost, and who of the models took it; each for a line of its own.
import type { Estimate, Likeness, Span } from '../estimate/estimate.ts'
import type { Charge, RoleCharge } from '../model/model.ts'
import { counted, dollars, thousands } from './figures.ts'

/** Before it is paid: `about 0.04 USD and 12,000 tokens (0.02–0.12 USD, 6,000–36,000 tokens): …`. Plain text. */
export function estimateLine(estimate: Estimate): string {
  return `about ${middles(estimate)} (${spans(estimate)}): ${basisOf(estimate)}`
}

/** Afterwards: `Estimated 0.04 USD and 12,000 tokens (0.02–0.12 USD, 6,000–36,000 tokens), used 0.03 USD and 8,484 tokens`. Plain text. */
export function estimateAgainst(estimate: Estimate, { usd, tokens }: Pick<Charge, 'usd' | 'tokens'>): string {
  const used = `${usd === undefined ? '' : `${dollars(usd)} USD and `}${thousands(tokens)} tokens`
  return `Estimated ${middles(estimate)} (${spans(estimate)}), used ${used}`
}

/** One line a role: `coder: 0.02 USD, 5,300 tokens, 3 calls`. */
export function costByRole({ byRole = [] }: Pick<Charge, 'byRole'>): string[] {
  return byRole.map(costOfRole)
}

/** The same with what the tokens were: `… (1,200 new, 3,900 to the cache, 9,000 from the cache, 600 written)`. */
export function usageByRole({ byRole = [] }: Pick<Charge, 'byRole'>): string[] {
  return byRole.map((own) => {
    const { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = own.usage
    const [fresh, to, from, written] = [inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens].map(thousands)
    return `${costOfRole(own)} (${fresh} new, ${to} to the cache, ${from} from the cache, ${written} written)`
  })
}

function costOfRole({ role, usd, tokens, calls }: RoleCharge): string {
  const money = usd === undefined ? 'no price known' : `${dollars(usd)} USD`
  return `${role}: ${money}, ${thousands(tokens)} tokens, ${counted(calls, 'call')}`
}

function middles({ usd, tokens }: Estimate): string {
  return `${usd === undefined ? '' : `${dollars(usd.middle)} USD and `}${rounded(tokens.middle)} tokens`
}

function spans({ usd, tokens }: Estimate): string {
  const money = usd === undefined ? '' : `${between(usd, dollars)} USD, `
  return `${money}${between(tokens, rounded)} tokens`
}

function between({ low, high }: Span, shown: (value: number) => string): string {
  return shown(low) === shown(high) ? shown(low) : `${shown(low)}–${shown(high)}`
}

/** An estimate has no more than two digits to it. */
function rounded(tokens: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, tokens))) - 1)
  return thousands(Math.round(tokens / unit) * unit)
}

const likenesses: Record<Likeness, string> = {
  repository_and_type: 'runs of this kind in this repository',
  repository: 'runs in this repository',
  type: 'runs of this kind, in any repository',
  any: 'runs, in any repository',
}

function basisOf({ basis, usd }: Estimate): string {
  const unpriced = usd === undefined ? '; a model has no known price' : ''
  if (basis.kind === 'size')
    return `a guess from what there is to read, since there are too few earlier runs${unpriced}`
  return `the middle of ${basis.runs} earlier ${likenesses[basis.like]}${unpriced}`
}
