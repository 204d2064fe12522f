// `npm run bench -- [--only PART]… [--on DATABASE]… [--json FILE]`: measures on real parts and prints a table.
// docs/benchmarks.md says how to read it.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { runIn } from './bench/databases.ts'
import { databaseKinds } from './bench/part.ts'
import { renderReport } from './bench/report.ts'
import { parts, runParts } from './bench/run-parts.ts'

const several = { type: 'string', multiple: true } as const
const { values } = parseArgs({ options: { only: several, on: several, json: { type: 'string' } } })
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
      throughput: { concurrent: [1, 4, 16, 64], leastRuns: 12 },
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
  if (unknown.length > 0) {
    console.error(`There is no ${what} ${unknown.join(', ')}. There are: ${all.map(nameOf).join(', ')}`)
    process.exit(2)
  }
  return all.filter((one) => names?.includes(nameOf(one)) ?? true)
}
