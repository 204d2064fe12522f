// What a ledger costs that has recorded many runs: room, memory, and the time of everything that is asked of it while people wait
// or in every round. The runs are copies of a real one that the service has made just before.
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { fillLedger } from './fill-ledger.ts'
import { questions } from './ledger-questions.ts'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { percentile } from './statistics.ts'
import { endedRuns, openWorld, until, type World } from './world.ts'

export const growth: Part = {
  name: 'growth',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(...(await measureOn(database, surroundings)))
    return rows
  },
}

async function measureOn(kind: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const world = await openWorld(surroundings, {
    name: `growth-${kind}`,
    database: kind,
    script: { turns: 0, checkEvery: 0 },
    modelDelayMs: 0,
    env: { DRAFTSMITH_SANDBOX: 'none' },
    repositories: { tally: 1 },
  })
  try {
    await world.github.label('tally')
    await until('the end of the run', async () => ((await endedRuns(world)).length > 0 ? true : undefined))
    await world.service.stop()
    const rows: Row[] = []
    for (const runs of surroundings.settings.growth.runs) {
      surroundings.say(`growth, ${kind}: ${runs} runs …`)
      rows.push(...(await measureWith(runs, world, surroundings)))
    }
    return rows
  } finally {
    await world.close()
  }
}

async function measureWith(runs: number, world: World, { settings }: Surroundings): Promise<Row[]> {
  const { whole, times } = settings.growth
  const { kind, url } = world.database
  const common = { part: 'growth', on: kind, samples: 1 }
  const named = (what: string) => `${what}, ${runs.toLocaleString('en')} runs`
  const database = await openDatabase(url === undefined ? { dataDir: `${world.dataDir}/database` } : { url })
  const rows: Row[] = []
  try {
    await fillLedger(database, { runs, whole })
    const megabytes = await sizeOf(database)
    rows.push({ ...common, measure: named('database'), value: megabytes, unit: 'MB' })
    if (runs <= whole) rows.push({ ...common, measure: named('a run'), value: (1_000 * megabytes) / runs, unit: 'KB' })
    for (const { what, ask } of questions) {
      const value = percentile(await timed(times, () => ask(database)), 0.95)
      rows.push({ ...common, measure: named(what), value, unit: 'ms', goal: 100, samples: times })
    }
  } finally {
    await database.close()
  }
  return [...rows, { ...common, measure: named('memory'), value: await memoryWith(world), unit: 'MB' }]
}

async function sizeOf(database: Database): Promise<number> {
  const found = await database.query((orm) =>
    orm.execute(sql`select pg_database_size(current_database())::double precision as bytes`),
  )
  return (rowsOf<{ bytes: number }>(found)[0]?.bytes ?? Number.NaN) / 1_000_000
}

async function timed(times: number, ask: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  for (let time = 0; time < times; time += 1) {
    const began = performance.now()
    await ask()
    took.push(performance.now() - began)
  }
  return took
}

/** Of the service that was started on it and has answered its metrics once. */
async function memoryWith(world: World): Promise<number> {
  const service = await world.startAnother()
  try {
    await (await fetch(`${service.url}/metrics`)).text()
    return await service.memoryMB()
  } finally {
    await service.stop()
  }
}
