// Pure arithmetic of the ceilings: what a call could cost at most, and whether it may be made.
import type { Charge, ModelRequest, Usage } from './model.ts'
import { costOf, type Price } from './pricing.ts'

export interface Ceilings {
  /** Counted as `chargedTokens` counts. */
  tokens: number
  usd: number
}

export type Admission =
  | { kind: 'allowed'; maxTokens: number; reserve: { tokens: number; usd: number | undefined } }
  | { kind: 'refused'; ceiling: 'tokens' | 'usd'; left: number; needed: number }

/** A reply shorter than this cannot hold a useful edit; a call that leaves less room is refused instead. */
export const smallestReply = 1_024

/** What a provider adds around tools and messages that we do not see. */
const framingTokens = 1_000

/** Input + cache writes + output + 0.1 × cache reads, rounded up. */
export function chargedTokens(usage: Usage): number {
  return Math.ceil(usage.inputTokens + usage.cacheWriteTokens + usage.outputTokens + 0.1 * usage.cacheReadTokens)
}

/**
 * Upper bound of the tokens in a text that no provider has counted yet: two ASCII letters or blanks a token, every other byte
 * a token of its own. Code and prose come to 0.55–0.65 tokens a byte here against 0.3–0.4 when counted; symbols and other
 * scripts, where tokenizers do worst, are counted byte by byte.
 */
export function tokenBound(text: string): number {
  const cheap = text.match(/[A-Za-z \n]/g)?.length ?? 0
  return Math.ceil(cheap / 2) + (Buffer.byteLength(text) - cheap)
}

/** Upper bound of a request's prompt. `counted` is what the provider counted for its first `messages` messages, everything before them included. */
export function promptBound(request: ModelRequest, counted?: { messages: number; tokens: number }): number {
  if (counted) return counted.tokens + tokenBound(JSON.stringify(request.messages.slice(counted.messages)))
  const { system, tools, messages, outputSchema } = request
  return framingTokens + tokenBound(JSON.stringify([system, tools, messages, outputSchema ?? null]))
}

/** Upper bound of a prompt that the provider has counted: its count is an estimate that may differ by a small amount, its documentation says. */
export function countedBound(counted: number): number {
  return Math.ceil(counted * 1.02) + 100
}

/**
 * Whether a call may be made, and with how long a reply at most: prompt (as if all of it were written to the cache) plus
 * reply never pass what is left. Without a price only the token ceiling holds.
 */
export function admit(options: {
  spent: Pick<Charge, 'tokens' | 'usd' | 'knownUsd'>
  ceilings: Ceilings
  promptTokens: number
  maxTokens: number
  price: Price | undefined
}): Admission {
  const { ceilings, promptTokens, price } = options
  const tokensLeft = ceilings.tokens - options.spent.tokens
  // Where one role has no price, what the others have spent still counts.
  const usdLeft = ceilings.usd - (options.spent.knownUsd ?? options.spent.usd ?? 0)
  const usdOf = (reply: number) => (price ? upperCost(promptTokens, reply, price) : undefined)

  const affordable = price
    ? Math.floor((usdLeft - upperCost(promptTokens, 0, price)) / perReplyToken(promptTokens, price))
    : Infinity
  const maxTokens = Math.min(options.maxTokens, tokensLeft - promptTokens, affordable)
  const least = Math.min(smallestReply, options.maxTokens)
  if (maxTokens >= least) {
    return { kind: 'allowed', maxTokens, reserve: { tokens: promptTokens + maxTokens, usd: usdOf(maxTokens) } }
  }
  return tokensLeft - promptTokens < least
    ? { kind: 'refused', ceiling: 'tokens', left: Math.max(0, tokensLeft), needed: promptTokens + least }
    : { kind: 'refused', ceiling: 'usd', left: Math.max(0, usdLeft), needed: usdOf(least) ?? 0 }
}

/** USD of a call whose whole prompt is written to the cache, the dearest it can be. */
export function upperCost(promptTokens: number, replyTokens: number, price: Price): number {
  return costOf(
    { inputTokens: 0, cacheWriteTokens: promptTokens, cacheReadTokens: 0, outputTokens: replyTokens },
    price,
  )
}

function perReplyToken(promptTokens: number, price: Price): number {
  return upperCost(promptTokens, 1, price) - upperCost(promptTokens, 0, price)
}
