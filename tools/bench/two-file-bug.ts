// What a small real defect takes from the label to the review: the one of the demo that is mended in a source and a test.
import type { Exchange } from './model-program.ts'
import { converse } from './own-time.ts'
import type { Part } from './part.ts'

/** The leanest peer's loop alone sends 28,000 characters for a defect of this size, the best-known one 447,000. */
const mostCharacters = 60_000

/** The leanest peer's loop costs 11,000 to 22,000 on defects of this size; half as much again, from its lower end. */
const mostWeighted = 1.5 * 11_000

export const twoFileBug: Part = {
  name: 'bug',
  async measure(surroundings) {
    const exchanges = await converse(surroundings, { database: 'embedded', turns: 0 })
    const samples = exchanges.length
    const total = (of: (exchange: Exchange) => number) => exchanges.reduce((sum, exchange) => sum + of(exchange), 0)
    const common = { part: 'bug', on: '', samples }
    return [
      {
        ...common,
        measure: 'all requests',
        value: total(({ requestCharacters }) => requestCharacters),
        unit: 'characters',
        goal: mostCharacters,
      },
      { ...common, measure: 'weighted', value: Math.round(total(weighted)), unit: 'tokens', goal: mostWeighted },
      { ...common, measure: 'model calls', value: samples, unit: 'count' },
    ]
  },
}

/** Cache reads × 0.1, everything else of the prompt × 1.25, the reply × 5; four characters a token. */
export function weighted({
  cache: { read, written, plain },
  outputTokens,
}: Pick<Exchange, 'cache' | 'outputTokens'>): number {
  return (0.1 * read + 1.25 * (written + plain)) / 4 + 5 * outputTokens
}
