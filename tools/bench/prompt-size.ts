// What the fixed part of a conversation costs, and how much of a conversation a prompt cache can answer.
import type { Exchange } from './model-program.ts'
import { conversation } from './own-time.ts'
import type { Part } from './part.ts'
import type { Row } from './report.ts'

export const promptSize: Part = {
  name: 'prompt',
  async measure(surroundings) {
    const exchanges = await conversation('embedded', surroundings)
    const coder = exchanges.filter(({ role }) => role === 'coder')
    const [first] = coder
    if (first === undefined) throw new Error('The coder asked nothing.')
    const { systemCharacters: system, toolsCharacters: tools } = first
    const common = { part: 'prompt', on: '', samples: 1, unit: 'characters' as const }
    const share = { part: 'prompt', on: '', unit: '%' as const }
    const rows: Row[] = [
      { ...common, measure: 'coder: system', value: system },
      { ...common, measure: 'coder: tools', value: tools },
      { ...common, measure: 'coder: system and tools', value: system + tools, goal: 6_000 },
      { ...common, measure: 'coder: first message', value: promptCharacters(first) - system - tools },
      { ...share, measure: 'coder: read from the cache', value: cachedShare(coder), least: 90, samples: coder.length },
      { ...share, measure: 'whole run: read from the cache', value: cachedShare(exchanges), samples: exchanges.length },
    ]
    return rows
  },
}

function cachedShare(exchanges: readonly Exchange[]): number {
  const read = exchanges.reduce((sum, { cache }) => sum + cache.read, 0)
  return (100 * read) / exchanges.reduce((sum, exchange) => sum + promptCharacters(exchange), 0)
}

function promptCharacters({ cache: { read, written, plain } }: Exchange): number {
  return read + written + plain
}
