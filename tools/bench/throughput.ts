// How many runs a minute one process finishes when so many are under way, one a repository, and the model answers at once: what
// is left is Draftsmith, git, and the repository's own checks.
import type { DatabaseKind, Part, Surroundings } from './part.ts'
import type { Row } from './report.ts'
import type { LogLine } from './service.ts'
import { endedRuns, openWorld, until, type World } from './world.ts'

export const throughput: Part = {
  name: 'throughput',
  async measure(surroundings) {
    const rows: Row[] = []
    for (const database of surroundings.databases) rows.push(...(await measureOn(database, surroundings)))
    return rows
  },
}

/** So many runs under way at a time, each in a repository that no other level has seen. */
interface Level {
  concurrent: number
  /** One after the other in each repository. */
  issues: number
  repositories: string[]
}

/** Of the repository, without npm around them: what is measured is how runs share a process, and not how npm starts. */
const checks = 'checks: { test: node --test test/money.test.js, lint: node scripts/lint.js }\n'

/** One service for all levels, rising: what it has in memory then is the most that so many need. */
async function measureOn(database: DatabaseKind, surroundings: Surroundings): Promise<Row[]> {
  const { concurrent, leastRuns } = surroundings.settings.throughput
  const levels = concurrent.map((each) => levelOf(each, leastRuns))
  const world = await openWorld(surroundings, {
    name: `throughput-${database}`,
    database,
    script: { turns: 0, checkEvery: 0 },
    modelDelayMs: 0,
    repositories: Object.fromEntries(
      levels.flatMap(({ repositories, issues }) => repositories.map((name) => [name, issues] as const)),
    ),
    policy: checks,
    env: { DRAFTSMITH_CONCURRENCY: String(Math.max(...concurrent)) },
  })
  const rows: Row[] = []
  let first: number | undefined
  try {
    for (const level of levels) {
      const measured = await measureLevel(world, level)
      first ??= measured.perMinute
      const { concurrent: atOnce } = level
      const seconds = (60 * measured.runs) / measured.perMinute
      surroundings.say(`throughput, ${database}, ${atOnce} at once: ${measured.runs} runs in ${seconds.toFixed(0)} s`)
      const common = { part: 'throughput', on: database, samples: measured.runs }
      const row = (what: string, value: number, unit: Row['unit']) =>
        rows.push({ ...common, measure: `${what}, ${atOnce} at once`, value, unit })
      row('runs', measured.perMinute, 'a minute')
      row(`runs to those with ${concurrent[0]} at once`, measured.perMinute / first, 'times')
      rows.push({
        ...common,
        measure: `not a pull request, ${atOnce} at once`,
        value: measured.bad,
        unit: 'count',
        goal: 0,
      })
      row('processor time a run', measured.processor, 's')
      row('memory', measured.memory, 'MB')
    }
    return rows
  } finally {
    await world.close()
  }
}

function levelOf(concurrent: number, leastRuns: number): Level {
  const repositories = Array.from({ length: concurrent }, (_, index) => `tally-${concurrent}-${index + 1}`)
  return { concurrent, issues: Math.ceil(leastRuns / concurrent), repositories }
}

async function measureLevel(world: World, { issues, repositories }: Level) {
  const { github, service } = world
  const runs = issues * repositories.length
  const before = (await endedRuns(world)).length
  const spent = await service.processorSeconds()
  const began = Date.now()
  for (let issue = 1; issue <= issues; issue += 1)
    await Promise.all(repositories.map((name) => github.label(name, issue)))
  const ended = await until(
    `the end of ${runs} runs`,
    async () => {
      const all = (await endedRuns(world)).slice(before)
      return all.length >= runs ? all : undefined
    },
    30 * 60,
  )
  return {
    runs,
    perMinute: runs / minutesSince(began, ended),
    bad: ended.filter(({ end }) => end !== 'pull_request').length,
    processor: ((await service.processorSeconds()) - spent) / runs,
    memory: await service.memoryMB(),
  }
}

function minutesSince(began: number, ended: LogLine[]): number {
  return (Math.max(...ended.map(({ time }) => time)) - began) / 60_000
}
