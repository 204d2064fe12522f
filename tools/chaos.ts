// `npm run chaos`: kills, freezes, cuts and loses while runs are under way, and fails when anything was lost or done twice. What must
// hold in the end stands in chaos/losses.ts.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { type DatabaseKind, databaseKinds } from './bench/part.ts'
import { type ChaosResult, renderChaos } from './chaos/report.ts'
import { type ChaosOptions, runChaos } from './chaos/run-chaos.ts'
import { readFlags, refuse } from './read-flags.ts'

const usage = `npm run chaos -- [--on DATABASE]... [--moments N] [--seed N] [--json FILE]

  --on DATABASE  only on this database: ${databaseKinds.join(' or ')}; may be given several times
  --moments N    so many random moments at which something breaks; 200 when left out, which takes up to 45 minutes
  --seed N       what is drawn: the same number gives the same moments
  --json FILE    writes the result as data, too`

const options = {
  on: { type: 'string', multiple: true },
  moments: { type: 'string', default: '200' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  json: { type: 'string' },
} as const
const { values } = readFlags(usage, () => parseArgs({ options }))
const unknown = values.on?.find((name) => !databaseKinds.some((kind) => kind === name))
if (unknown !== undefined) refuse(`There is no database ${unknown}.`, usage)
for (const name of ['moments', 'seed'] as const)
  if (!/^\d+$/.test(values[name])) refuse(`--${name} is ${values[name]}, and must be a whole number.`, usage)

const minute = 60_000

/**
 * Where one process serves every run, each of its deaths is one of theirs, and a run has nine lives: so there is more between
 * two of them. Together the times stay below 45 minutes.
 */
const onDatabase: Record<
  DatabaseKind,
  Pick<ChaosOptions, 'writesBetween' | 'freezesMs' | 'breakingMs' | 'endingMs'>
> = {
  embedded: {
    writesBetween: 80,
    freezesMs: [500, 500, 3_000, 3_000, 3_000, 35_000],
    breakingMs: 19 * minute,
    endingMs: 6 * minute,
  },
  postgres: {
    writesBetween: 20,
    freezesMs: [500, 5_000, 45_000],
    breakingMs: 13 * minute,
    endingMs: 6 * minute,
  },
}
const postgres = await startPostgres()
const results: ChaosResult[] = []
try {
  for (const on of databaseKinds) {
    if (values.on !== undefined && !values.on.includes(on)) continue
    if (on === 'postgres' && postgres === undefined) {
      console.error('There is no PostgreSQL: apt-get install postgresql')
      process.exitCode = 1
      continue
    }
    results.push(
      await runChaos({
        ...onDatabase[on],
        on,
        moments: Number(values.moments),
        boundaries: true,
        faultShare: 0.2,
        lostShare: 0.1,
        seed: Number(values.seed),
        members: 4,
        underWay: 8,
        postgres,
        say: (text) => console.error(text),
      }),
    )
  }
  console.log(renderChaos(results))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
  if (results.some(({ losses }) => losses.length > 0)) process.exitCode = 1
} finally {
  await postgres?.stop()
}
