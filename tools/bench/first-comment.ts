// From the moment at which a maintainer puts the label until the first comment stands on the issue, with nothing else to do.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import { median, percentile } from './statistics.ts'
import { endedRuns, openWorld, until, type World } from './world.ts'

export const firstComment: Part = {
  name: 'first-comment',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(...(await measureOn(database, surroundings)))
    return rows
  },
}

async function measureOn(database: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const { times } = surroundings.settings.firstComment
  const world = await openWorld(surroundings, {
    name: `first-comment-${database}`,
    database,
    script: { turns: 0, checkEvery: 0 },
    modelDelayMs: 0,
    env: { DRAFTSMITH_SANDBOX: 'none' },
    repositories: { tally: times },
  })
  try {
    const waits: number[] = []
    for (let issue = 1; issue <= times; issue += 1) waits.push(await waitFor(world, issue))
    const common = { part: 'first-comment', on: database, unit: 'ms' as const, samples: times }
    return [
      { ...common, measure: 'label to comment, median', value: median(waits), goal: 5_000 },
      { ...common, measure: 'label to comment, longest', value: percentile(waits, 1) },
    ]
  } finally {
    await world.close()
  }
}

async function waitFor(world: World, issue: number): Promise<number> {
  const labelled = performance.now()
  await world.github.label('tally', issue)
  while ((await world.github.comments('tally', issue)) === 0) await sleep(10)
  const waited = performance.now() - labelled
  // The next label finds the service idle again.
  await until('the end of the run', async () => ((await endedRuns(world)).length >= issue ? true : undefined))
  return waited
}
