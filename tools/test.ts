// `npm test`: everything, with provider and GitHub keys unset first, and a last line that a machine can read.
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const report = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number() })
const reportFile = join(tmpdir(), `draftsmith-test-${process.pid}.json`)
const args = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
  ...process.argv.slice(2),
]
const child = spawn('vitest', args, { stdio: 'inherit', env: withoutKeys(process.env) })
const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)))
const { numPassedTests, numFailedTests, numPendingTests } = await readReport()
await rm(reportFile, { force: true })
console.log(
  `${numPassedTests} passed, ${numFailedTests} failed${numPendingTests ? `, ${numPendingTests} skipped` : ''}`,
)
process.exitCode = exitCode === 0 && numPassedTests > 0 ? 0 : exitCode || 1

/** No test may reach a paid model, a real GitHub or somebody's database by accident. */
function withoutKeys(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours =
    /^(ANTHROPIC_|OPENAI_|GITHUB_|GH_|APP_ID$|PRIVATE_KEY|WEBHOOK_SECRET$|DATABASE_URL$|DRAFTSMITH_|OTEL_|PG[A-Z]+$)/
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ours.test(name)))
}

async function readReport(): Promise<z.infer<typeof report>> {
  try {
    return report.parse(JSON.parse(await readFile(reportFile, 'utf8')))
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 }
  }
}
