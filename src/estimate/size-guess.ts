// The first runs of a deployment have no earlier ones to go by: what they read and how often they ask is told from the contract
// and from what the search found.
import type { ModelRole, Usage } from '../model/model.ts'
import type { TaskContract } from '../task/contract.ts'
import { type Estimate, type PriceOfRole, type Span, tokensOf, type UsageByRole, usdOf } from './estimate.ts'

export interface Size {
  complexity: TaskContract['complexity']
  /** Of the files that planner and coder are shown first. */
  packetCharacters: number
  /** What reading the issue has really used. */
  spent: Usage
  /** How many models review; one when left out. */
  reviewers?: number
}

/** Counted on code and prose by the provider: 0.3 to 0.4 tokens a byte. */
const charactersPerToken = 3

/** Replies of each role, as in the recorded runs of the demo for what is easy, and doubled from level to level. */
const turns: Record<Size['complexity'], { planner: number; coder: number }> = {
  low: { planner: 1, coder: 2 },
  medium: { planner: 2, coder: 5 },
  high: { planner: 4, coder: 10 },
}

/** A run that needs no repair takes about half, one that is sent back twice three times as much. */
const spread = { low: 0.5, high: 3 }

export function guessFromSize(size: Size, priceOfRole: PriceOfRole): Estimate {
  const usage = usageOf(size)
  const usd = usdOf(usage, priceOfRole)
  return { tokens: around(tokensOf(usage)), usd: usd === undefined ? undefined : around(usd), basis: { kind: 'size' } }
}

function usageOf({ complexity, packetCharacters, spent, reviewers = 1 }: Size): UsageByRole {
  const packet = packetCharacters / charactersPerToken
  const { planner, coder } = turns[complexity]
  return {
    analyst: spent,
    planner: conversation({ first: 1_500 + packet, turns: planner, each: 1_500 }),
    // The planned files are some of those that the search found; of long ones the places are shown that the plan names.
    coder: conversation({ first: 2_000 + packet / 2, turns: coder, each: 800 }),
    reviewer: times(reviewers, conversation({ first: 2_000, turns: 1, each: 0 })),
  } satisfies Record<ModelRole, Usage>
}

interface Conversation {
  /** Tokens of the first prompt. */
  first: number
  turns: number
  /** Tokens that each further turn adds. */
  each: number
}

const replyTokens = 400

/** Every turn reads what the turns before it have written. */
function conversation({ first, turns: count, each }: Conversation): Usage {
  const further = count - 1
  return {
    inputTokens: 0,
    cacheWriteTokens: first + further * each,
    cacheReadTokens: further * first + ((further * (further - 1)) / 2) * each,
    outputTokens: count * replyTokens,
  }
}

function times(count: number, usage: Usage): Usage {
  const { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = usage
  return {
    inputTokens: count * inputTokens,
    cacheWriteTokens: count * cacheWriteTokens,
    cacheReadTokens: count * cacheReadTokens,
    outputTokens: count * outputTokens,
  }
}

function around(middle: number): Span {
  return { low: middle * spread.low, middle, high: middle * spread.high }
}
