// How long a run stands still whose process is killed in the middle of a model call, until the model is asked again: by the process
// that is started at once in its place, or by another one that was there already.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { median, percentile } from './statistics.ts'
import { openWorld, until, type World } from './world.ts'

export const recovery: Part = {
  name: 'recovery',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases)
      for (const way of ways)
        if (way.on.includes(database)) rows.push(...(await measureWay(way, database, surroundings)))
    return rows
  },
}

interface Way {
  measure: string
  on: DatabaseKind[]
  /** Machines that are there beside the one that dies. */
  others: number
  /** Kills at once, and sees to it that somebody goes on. */
  crash(world: World): Promise<unknown>
}

const goalSeconds: Record<DatabaseKind, number> = { embedded: 15, postgres: 30 }

const ways: readonly Way[] = [
  {
    measure: 'killed, started again at once',
    on: ['embedded', 'postgres'],
    others: 0,
    crash: ({ service, startAnother }) => service.kill().then(() => startAnother()),
  },
  { measure: 'killed, taken over by another', on: ['postgres'], others: 1, crash: ({ service }) => service.kill() },
]

async function measureWay(way: Way, database: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const { times } = surroundings.settings.recovery
  const seconds: number[] = []
  for (let time = 1; time <= times; time += 1) seconds.push(await measureOnce(way, { database, time }, surroundings))
  const common = { part: 'recovery', on: database, unit: 's' as const, samples: times, goal: goalSeconds[database] }
  return [
    { ...common, measure: `${way.measure}, median`, value: median(seconds) },
    { ...common, measure: `${way.measure}, longest`, value: percentile(seconds, 1) },
  ]
}

async function measureOnce(
  way: Way,
  { database, time }: { database: DatabaseKind; time: number },
  surroundings: Surroundings,
): Promise<number> {
  const world = await openWorld(surroundings, {
    name: `recovery-${database}-${way.others}-${time}`,
    database,
    script: { turns: 0, checkEvery: 0 },
    // Nobody waits for it: the process is dead before.
    modelDelayMs: 600_000,
    repositories: { tally: 1 },
  })
  try {
    await world.github.label('tally')
    await asked(world, 1)
    for (let other = 1; other <= way.others; other += 1) await world.startAnother(`other-${other}`)
    const killed = performance.now()
    const crashed = way.crash(world)
    await asked(world, 2)
    const seconds = (performance.now() - killed) / 1_000
    await crashed
    return seconds
  } finally {
    await world.close()
  }
}

async function asked(world: World, times: number): Promise<void> {
  await until(`call ${times} of the model`, async () => {
    await sleep(20)
    return (await world.exchanges()).length >= times ? true : undefined
  })
}
