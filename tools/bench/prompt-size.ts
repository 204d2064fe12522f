// What the fixed part of a conversation costs, and how much of a conversation a prompt cache can answer.
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
    const read = coder.reduce((sum, { cache }) => sum + cache.read, 0)
    const all = coder.reduce((sum, { cache }) => sum + cache.read + cache.written + cache.plain, 0)
    const common = { part: 'prompt', on: '', samples: 1, unit: 'characters' as const }
    const rows: Row[] = [
      { ...common, measure: 'coder: system', value: first.systemCharacters },
      { ...common, measure: 'coder: tools', value: first.toolsCharacters },
      {
        ...common,
        measure: 'coder: first message',
        value: total(first.cache) - first.systemCharacters - first.toolsCharacters,
      },
      {
        part: 'prompt',
        measure: 'coder: read from the cache',
        on: '',
        value: (100 * read) / all,
        unit: '%',
        samples: coder.length,
      },
    ]
    return rows
  },
}

function total({ read, written, plain }: { read: number; written: number; plain: number }): number {
  return read + written + plain
}
