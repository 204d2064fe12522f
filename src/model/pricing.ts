import type { Usage } from './model.ts'

/** USD per million tokens. `above` replaces the whole tariff for prompts (cache reads and writes included) longer than its limit. */
export interface Price {
  input: number
  /** Written to the cache for five minutes. */
  cacheWrite: number
  cacheRead: number
  output: number
  above?: { promptTokens: number; price: Omit<Price, 'above'> }
}

export type PriceList = Record<string, Price>

/**
 * List prices of the Claude API, standard tier, without batch or volume discounts.
 * Source: https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages, as of October 2026.
 * A cache write costs 1.25 × input. A cache read costs 0.1 × input unless the list says less. A model whose price is not known is left out.
 */
export const prices: PriceList = {
  'claude-fable-5-1': list(10, 50, 0.25),
  'claude-fable-5': list(10, 50),
  'claude-opus-5-5': list(4, 20, 0.2),
  'claude-opus-5': list(5, 25),
  'claude-opus-4-8': list(5, 25),
  'claude-opus-4-7': list(5, 25),
  'claude-opus-4-6': list(5, 25),
  'claude-opus-4-5': list(5, 25),
  'claude-sonnet-5-5': list(2, 10, 0.1),
  'claude-sonnet-5': list(2, 10),
  'claude-sonnet-4-6': list(3, 15),
  'claude-sonnet-4-5': list(3, 15),
  'claude-haiku-5-5': { ...list(0.1, 0.5), above: { promptTokens: 100_000, price: list(0.5, 2.5) } },
  'claude-haiku-4-5': list(1, 5),
}

/**
 * Prices of a deployment's own, as an operator writes them: `MODEL=INPUT/OUTPUT`, separated by commas, in USD per million
 * tokens. A third figure is the price of a cache read where it is not 0.1 × input. Undefined for anything else.
 */
export function parsePrices(text: string): PriceList | undefined {
  const entries = text.split(',').flatMap((entry) => entry.trim() || [])
  const own: PriceList = {}
  for (const entry of entries) {
    const [, model, input, output, cacheRead] = /^([^\s=,]+)=([\d.]+)\/([\d.]+)(?:\/([\d.]+))?$/.exec(entry) ?? []
    const figures = [input, output, ...(cacheRead === undefined ? [] : [cacheRead])].map(Number)
    if (model === undefined || figures.some((figure) => !Number.isFinite(figure))) return undefined
    own[model] = list(Number(input), Number(output), cacheRead === undefined ? undefined : Number(cacheRead))
  }
  return own
}

/** The price of a model, also under its dated name (`claude-haiku-4-5-20251001`); undefined when the list does not have it. */
export function priceOf(model: string, list: PriceList = prices): Price | undefined {
  const name = Object.hasOwn(list, model) ? model : model.replace(/-\d{8}$/, '')
  return Object.hasOwn(list, name) ? list[name] : undefined
}

/** What the usage costs in USD. */
export function costOf(usage: Usage, price: Price): number {
  const promptTokens = usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens
  const tariff = price.above && promptTokens > price.above.promptTokens ? price.above.price : price
  return (
    (usage.inputTokens * tariff.input +
      usage.cacheWriteTokens * tariff.cacheWrite +
      usage.cacheReadTokens * tariff.cacheRead +
      usage.outputTokens * tariff.output) /
    1_000_000
  )
}

function list(input: number, output: number, cacheRead = input * 0.1): Price {
  return { input, cacheWrite: input * 1.25, cacheRead, output }
}
