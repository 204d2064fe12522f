// `npm run chaos -- [--on embedded|postgres]… [--moments N] [--seed N] [--json FILE]`: kills, freezes, cuts and corrupts while runs
// are under way, and fails when anything was lost or done twice. What must hold in the end stands in chaos/losses.ts.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/support/postgres-server.ts'
import { databaseKinds } from './bench/part.ts'
import { type ChaosResult, renderChaos } from './chaos/report.ts'
import { runChaos } from './chaos/run-chaos.ts'

const { values } = parseArgs({
  options: {
    on: { type: 'string', multiple: true },
    moments: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string' },
  },
})
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
        on,
        moments: Number(values.moments),
        seed: Number(values.seed),
        members: 4,
        postgresServer: postgres?.url,
        longestMs: 20 * 60_000,
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
