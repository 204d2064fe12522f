// Draftsmith's own time: from the last byte of a model's reply to the arrival of the next request, seen from the model's side.
// Replies whose tools run commands of the repository are left out.
import { ownTools } from './conversation.ts'
import type { Exchange } from './model-program.ts'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { median, percentile } from './statistics.ts'
import { openWorld, until } from './world.ts'

export const ownTime: Part = {
  name: 'own-time',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) {
      const times = ownTimes(await conversation(database, surroundings))
      const common = { part: 'own-time', on: database, samples: times.length, unit: 'ms' as const }
      rows.push(
        { ...common, measure: 'reply to next request, median', value: median(times), goal: 20 },
        { ...common, measure: 'reply to next request, p95', value: percentile(times, 0.95) },
      )
    }
    return rows
  },
}

const conversations = new WeakMap<Surroundings, Map<DatabaseKind, Promise<Exchange[]>>>()

/** What model and service said to each other in one run, from its label to the review. Asked again, it is not run again. */
export function conversation(database: DatabaseKind, surroundings: Surroundings): Promise<Exchange[]> {
  const known = conversations.get(surroundings) ?? new Map<DatabaseKind, Promise<Exchange[]>>()
  conversations.set(surroundings, known)
  const { turns } = surroundings.settings.ownTime
  const one = known.get(database) ?? converse(surroundings, { database, turns })
  known.set(database, one)
  return one
}

/** With so many turns of looking and editing before the plan is carried out. */
export async function converse(
  surroundings: Surroundings,
  { database, turns }: { database: DatabaseKind; turns: number },
): Promise<Exchange[]> {
  const world = await openWorld(surroundings, {
    name: `conversation-${database}-${turns}`,
    database,
    script: { turns, checkEvery: 0 },
    modelDelayMs: 250,
    repositories: { tally: 1 },
  })
  try {
    await world.github.label('tally')
    return await until('the review of the run', async () => {
      const exchanges = await world.exchanges()
      const reviewed = exchanges.some(({ role, answeredAt }) => role === 'reviewer' && answeredAt !== undefined)
      return reviewed ? exchanges : undefined
    })
  } finally {
    await world.close()
  }
}

export function ownTimes(exchanges: readonly Exchange[]): number[] {
  return exchanges.flatMap(({ role, calls, answeredAt }, index) => {
    const next = exchanges[index + 1]
    const own = calls.length > 0 && calls.every((name) => ownTools.has(name))
    return own && answeredAt !== undefined && next?.role === role ? [next.arrivedAt - answeredAt] : []
  })
}
