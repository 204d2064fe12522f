// Resident memory of the service that nobody asks anything.
import { setTimeout as sleep } from 'node:timers/promises'
import { openIdle } from './idle-service.ts'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { startService } from './service.ts'

const goals: Record<DatabaseKind, number> = { embedded: 450, postgres: 150 }

export const idleMemory: Part = {
  name: 'memory',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(await measureOn(database, surroundings))
    return rows
  },
}

/** On a database that is there already: what making it costs is gone when a service has run for a day. */
async function measureOn(kind: DatabaseKind, surroundings: Surroundings): Promise<Row> {
  const { idleSeconds } = surroundings.settings.memory
  const idle = await openIdle(`memory-${kind}`, kind, surroundings)
  try {
    await (await startService(idle.options)).stop()
    const service = await startService(idle.options)
    await sleep(idleSeconds * 1_000)
    const value = await service.memoryMB().finally(() => service.stop())
    const measure = `idle for ${idleSeconds} s after its start`
    return { part: 'memory', measure, on: kind, value, unit: 'MB', goal: goals[kind], samples: 1 }
  } finally {
    await idle.close()
  }
}
