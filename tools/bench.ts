// `npm run bench`: measures on real parts and prints a table. docs/benchmarks.md says how to read it.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { runIn } from './bench/databases.ts'
import { databaseKinds } from './bench/part.ts'
import { renderReport } from './bench/report.ts'
import { parts, runParts } from './bench/run-parts.ts'
import { readFlags, refuse } from './read-flags.ts'

const usage = `npm run bench -- [--only PART]... [--on DATABASE]... [--json FILE]

  --only PART    only this part; may be given several times:
                 ${parts.map(({ name }) => name).join(', ')}
  --on DATABASE  only on this database: ${databaseKinds.join(' or ')}; may be given several times
  --json FILE    writes the report as data, too`

const several = { type: 'string', multiple: true } as const
const options = { only: several, on: several, json: { type: 'string' } } as const
const { values } = readFlags(usage, () => parseArgs({ options }))
const wanted = chosen('part', parts, ({ name }) => name, values.only)
const databases = chosen('database', databaseKinds, (kind) => kind, values.on)

const postgres = await startPostgres({ durable: true })
if (postgres !== undefined) await runIn(postgres.url)
try {
  const report = await runParts({
    parts: wanted,
    databases,
    settings: {
      webhook: { seconds: 20, perSecond: 50, modelDelayMs: 300 },
      ownTime: { turns: 20 },
      memory: { idleSeconds: 20 },
      sandbox: { commands: 50 },
      clone: { commits: 50_000, times: 5 },
      start: { times: 3 },
      firstComment: { times: 10 },
      recovery: { times: 3 },
      throughput: { concurrent: [1, 4, 16, 64], leastRuns: 4 },
      growth: { runs: [1_000, 10_000, 100_000], whole: 1_000, times: 20 },
    },
    postgresServer: postgres?.url,
    say: (text) => console.error(text),
  })
  console.log(renderReport(report))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
} finally {
  await postgres?.stop()
}

function chosen<T>(what: string, all: readonly T[], nameOf: (one: T) => string, names: string[] | undefined): T[] {
  const unknown = names?.filter((name) => !all.some((one) => nameOf(one) === name)) ?? []
  if (unknown.length > 0) refuse(`There is no ${what} ${unknown.join(', ')}.`, usage)
  return all.filter((one) => names?.includes(nameOf(one)) ?? true)
}
