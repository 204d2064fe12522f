// How long a delivery waits for its answer while two runs are at work and deliveries come in at an even rate.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Load, LoadResult } from './load-program.ts'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import { startProgram } from './programs.ts'
import type { Row } from './report.ts'
import { percentile } from './statistics.ts'
import { openWorld, until, type World } from './world.ts'

export const webhookAnswer: Part = {
  name: 'webhook',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(...(await measureOn(database, surroundings)))
    return rows
  },
}

/** Two work all the time; the third takes the deliveries, whose runs wait because both places are taken. */
const working = ['tally', 'ledger'] as const
const flooded = 'inbox'
/** The other parts do without the pause between two comments; here some hundred comments a minute more would take time from the answers. */
const asShipped = { DRAFTSMITH_WRITE_SPACING_MS: '1000' }

async function measureOn(database: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const { seconds, perSecond, modelDelayMs } = surroundings.settings.webhook
  // Long enough for both runs to outlast the deliveries, even if nothing but the model took time.
  const turns = 6 * Math.ceil(((seconds + 20) * 1_000) / modelDelayMs / 6)
  const world = await openWorld(surroundings, {
    name: `webhook-${database}`,
    database,
    script: { turns, checkEvery: 12 },
    modelDelayMs,
    repositories: { tally: 1, ledger: 1, [flooded]: seconds * perSecond },
    env: asShipped,
  })
  try {
    for (const repository of working) await world.github.label(repository)
    await until('the work of two runs', async () => ((await coderTurns(world)) >= 4 ? true : undefined))
    // What was left to write by whoever used the disk before would be written under the commits that are timed here.
    await promisify(execFile)('sync')
    const before = await coderTurns(world)
    const result = await flood(world, surroundings, database)
    const worked = (await coderTurns(world)) - before
    surroundings.say(`webhook, ${database}: answers ${JSON.stringify(result.answers)}, ${worked} turns meanwhile`)
    return rowsOf(database, result, worked)
  } finally {
    await world.close()
  }
}

async function coderTurns(world: World): Promise<number> {
  return (await world.exchanges()).filter(({ role }) => role === 'coder').length
}

async function flood(world: World, { folder, settings }: Surroundings, database: DatabaseKind): Promise<LoadResult> {
  const { seconds, perSecond } = settings.webhook
  const load: Load = {
    url: `${world.service.url}/api/github/webhooks`,
    secret: world.github.app.webhookSecret,
    seconds,
    perSecond,
    payload: await world.github.labelPayload(flooded),
  }
  const loadFile = join(folder, `load-${database}.json`)
  await writeFile(loadFile, JSON.stringify(load))
  const file = new URL('./load-program.ts', import.meta.url)
  const program = startProgram({ file, args: ['--load', loadFile], log: join(folder, 'load.log') })
  try {
    return JSON.parse(await program.line()) as LoadResult
  } finally {
    await program.stop()
  }
}

function rowsOf(database: DatabaseKind, { latenciesMs, answers }: LoadResult, worked: number): Row[] {
  const samples = latenciesMs.length
  const common = { part: 'webhook', on: database, samples }
  return [
    { ...common, measure: 'answered, median', value: percentile(latenciesMs, 0.5), unit: 'ms' },
    { ...common, measure: 'answered, p99', value: percentile(latenciesMs, 0.99), unit: 'ms', goal: 100 },
    { ...common, measure: 'answered, longest', value: percentile(latenciesMs, 1), unit: 'ms' },
    { ...common, measure: 'not answered 200', value: samples - (answers['200'] ?? 0), unit: 'count', goal: 0 },
    { ...common, measure: 'model turns of the runs meanwhile', value: worked, unit: 'count' },
  ]
}
