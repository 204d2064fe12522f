// From the start of the process to the first 200 of /readyz.
import { openIdle } from './idle-service.ts'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { startService } from './service.ts'
import { median } from './statistics.ts'

export const coldStart: Part = {
  name: 'start',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(...(await measureOn(database, surroundings)))
    return rows
  },
}

async function measureOn(kind: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const fresh: number[] = []
  const existing: number[] = []
  for (let time = 0; time < surroundings.settings.start.times; time += 1) {
    const [first, second] = await startTwice(kind, surroundings, time)
    fresh.push(first)
    existing.push(second)
  }
  const common = { part: 'start', on: kind, unit: 'ms' as const, samples: fresh.length }
  return [
    { ...common, measure: 'ready, new database', value: median(fresh) },
    { ...common, measure: 'ready, existing database', value: median(existing) },
  ]
}

async function startTwice(kind: DatabaseKind, surroundings: Surroundings, time: number): Promise<[number, number]> {
  const idle = await openIdle(`start-${kind}-${time}`, kind, surroundings)
  try {
    const first = await startService(idle.options)
    await first.stop()
    const second = await startService(idle.options)
    await second.stop()
    return [first.readyAfterMs, second.readyAfterMs]
  } finally {
    await idle.close()
  }
}
