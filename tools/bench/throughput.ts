// How many runs a minute one process finishes when so many are under way, one a repository, and the model answers at once: what
// is left is Draftsmith, git, and the repository's own checks.
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { endedRuns, openWorld, until } from './world.ts'

export const throughput: Part = {
  name: 'throughput',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases)
      for (const concurrent of surroundings.settings.throughput.concurrent)
        rows.push(...(await measureOn(database, surroundings, concurrent)))
    return rows
  },
}

async function measureOn(database: DatabaseKind, surroundings: Surroundings, concurrent: number): Promise<Row[]> {
  const { leastRuns } = surroundings.settings.throughput
  const issues = Math.ceil(leastRuns / concurrent)
  const runs = issues * concurrent
  const names = Array.from({ length: concurrent }, (_, index) => `tally-${index + 1}`)
  const world = await openWorld(surroundings, {
    name: `throughput-${database}-${concurrent}`,
    database,
    script: { turns: 0, checkEvery: 0 },
    modelDelayMs: 0,
    repositories: Object.fromEntries(names.map((name) => [name, issues])),
    env: { DRAFTSMITH_CONCURRENCY: String(concurrent) },
  })
  try {
    const spent = await world.service.processorSeconds()
    const began = Date.now()
    for (let issue = 1; issue <= issues; issue += 1)
      await Promise.all(names.map((name) => world.github.label(name, issue)))
    const ended = await until(
      `the end of ${runs} runs`,
      async () => {
        const all = await endedRuns(world)
        return all.length >= runs ? all : undefined
      },
      30 * 60,
    )
    const minutes = (Math.max(...ended.map(({ time }) => time)) - began) / 60_000
    const good = ended.filter(({ end }) => end === 'pull_request').length
    surroundings.say(`throughput, ${database}, ${concurrent} at once: ${runs} runs in ${(minutes * 60).toFixed(0)} s`)
    const processor = ((await world.service.processorSeconds()) - spent) / runs
    const common = { part: 'throughput', on: database, samples: runs }
    return [
      { ...common, measure: `runs, ${concurrent} at once`, value: runs / minutes, unit: 'a minute' },
      {
        ...common,
        measure: `not a pull request, ${concurrent} at once`,
        value: runs - good,
        unit: 'count',
        goal: 0,
      },
      { ...common, measure: `processor time a run, ${concurrent} at once`, value: processor, unit: 's' },
      { ...common, measure: `memory, ${concurrent} at once`, value: await world.service.memoryMB(), unit: 'MB' },
    ]
  } finally {
    await world.close()
  }
}
