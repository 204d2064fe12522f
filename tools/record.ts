// `npm run record -- SLUG...`: plays scenarios of the demo with a real model, and exports the model calls of each from the ledger to
// demo/recordings/. Needs ANTHROPIC_API_KEY; ANTHROPIC_BASE_URL may name another address that speaks the Messages API.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledRepository } from '../demo/bundled-github.ts'
import { judgeScenario } from '../demo/judge-scenario.ts'
import { chooseSandbox, liveModel } from '../demo/machine.ts'
import { issueUrl, openStage, playScenarios } from '../demo/play.ts'
import { type Scenario, scenarios } from '../demo/scenarios.ts'
import { composeReader, openServiceDatabase } from '../src/compose/databases.ts'
import { readConfig } from '../src/config.ts'
import { exportRecording, type RecordingFile } from '../src/model/recording.ts'

const folder = join(import.meta.dirname, '..', 'demo', 'recordings')
const signal = AbortSignal.timeout(4 * 60 * 60_000)
const slugs = process.argv.slice(2)
const model = liveModel()
if (slugs.length === 0 || model.kind === 'missing') {
  console.error(
    model.kind === 'missing' ? model.mend : `npm run record -- SLUG...\n${scenarios.map(({ slug }) => slug).join(' ')}`,
  )
  process.exit(2)
}
const sandbox = await chooseSandbox()
for (const slug of slugs) await record(scenarioOf(slug), { ...model.environment, ...sandbox.environment })

async function record(scenario: Scenario, environment: Record<string, string>): Promise<void> {
  await using stage = await openStage({ scenarios: [scenario], repository: bundledRepository, environment, signal })
  const [ending] = await playScenarios(stage, {
    signal,
    onChange: ({ heading }) => console.log(`${scenario.slug}: ${heading}`),
  })
  if (ending === undefined) throw new Error(`${scenario.slug} was not played`)
  const { outcome, problems } = await judgeScenario(stage, ending, {
    state: await stage.github.state(),
    model: 'recorded',
  })
  await stage.draftsmith.stop()
  const recording = await readCalls(stage.draftsmith.dataDir, scenario.slug, issueUrl(stage.github, scenario))
  const file = join(folder, `${scenario.slug}.json`)
  writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`)
  console.log(`${outcome}, ${recording.calls.length} calls: ${file}`)
  for (const problem of problems) console.log(`Not as expected: ${problem}`)
  if (problems.length > 0) process.exitCode = 1
}

async function readCalls(dataDir: string, slug: string, url: string): Promise<RecordingFile> {
  const read = readConfig({ DRAFTSMITH_DATA_DIR: dataDir }, [])
  if (read.kind === 'invalid') throw new Error(read.problems.map(({ problem }) => problem).join('\n'))
  await using ledger = await openLedger(read.config)
  const run = (await ledger.list({ limit: 10 })).find(({ task }) => task.url === url)
  if (run === undefined) throw new Error(`The ledger has no run for ${url}`)
  return exportRecording(await ledger.modelCalls(run.id), slug)
}

async function openLedger(config: Parameters<typeof openServiceDatabase>[0]) {
  const ledger = composeReader(await openServiceDatabase(config))
  return Object.assign(ledger, { [Symbol.asyncDispose]: () => ledger.close() })
}

function scenarioOf(slug: string): Scenario {
  const scenario = scenarios.find((each) => each.slug === slug)
  if (scenario === undefined)
    throw new Error(`There is no scenario ${slug}. There are: ${scenarios.map((each) => each.slug).join(', ')}`)
  return scenario
}
