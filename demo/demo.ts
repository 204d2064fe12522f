// `npm run demo`: the whole flow on this machine, offline and without keys. An emulated GitHub, Draftsmith as a process of its own,
// a bundled repository with real defects, and the recorded replies of a model.
import { writeFile } from 'node:fs/promises'
import { version } from '../src/compose/process.ts'
import { bundledRepository, people } from './bundled-github.ts'
import { judgeScenario, skippedScenario } from './judge-scenario.ts'
import { createLiveView } from './live-view.ts'
import { type ChosenSandbox, chooseSandbox, type DemoModel, hasProgram, liveModel, recordedModel } from './machine.ts'
import { type DemoOptions, readOptions, usage } from './options.ts'
import { openStage, playScenarios, type Stage } from './play.ts'
import { renderReading, renderTable } from './report.ts'
import type { DemoResult, ScenarioResult } from './result.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** A demo that has not ended by then will not. */
const longestMs = { recorded: 10 * 60_000, live: 60 * 60_000 }

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort()))
process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const read = readOptions(args)
  if (read.kind === 'help') {
    console.log(usage)
    return 0
  }
  if (read.kind === 'invalid') {
    console.error(`${read.problem}\n\n${usage}`)
    return 2
  }
  if (!hasProgram('git')) {
    console.error('The demo needs git, which is not installed.')
    return 2
  }
  const model = read.options.live ? liveModel() : recordedModel()
  if (model.kind === 'missing') {
    console.error(model.mend)
    return 2
  }
  try {
    return await demo(read.options, model.environment)
  } catch (thrown) {
    if (interrupted.signal.aborted) return 130
    console.error(thrown instanceof Error ? thrown.message : thrown)
    return 1
  }
}

async function demo(options: DemoOptions, model: Extract<DemoModel, { kind: 'set' }>['environment']): Promise<number> {
  const from = performance.now()
  const kind = options.live ? 'live' : 'recorded'
  const sandbox = await chooseSandbox()
  const { played, skipped } = choose(options)
  announce(played, skipped, sandbox)
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(longestMs[kind])])
  const environment = { ...model, ...sandbox.environment }
  await using stage = await openStage({ scenarios: played, repository: bundledRepository, environment, signal })
  const endings = await playScenarios(stage, { signal, onChange: createLiveView(played, process.stdout).show })
  if (interrupted.signal.aborted) return 130
  const seconds = Math.round((performance.now() - from) / 100) / 10
  const state = await stage.github.state()
  const results = await Promise.all(endings.map((ending) => judgeScenario(stage, ending, { state, model: kind })))
  const all = [...results, ...skipped]
  const asExpected = all.every((each) => each.asExpected)
  const result: DemoResult = { version, model: kind, sandbox: sandbox.kind, seconds, asExpected, scenarios: all }
  console.log(`\n${renderReading(result)}\n\n${renderTable(result)}`)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`)
  if (options.keep) await keepUp(stage)
  return asExpected ? 0 : 1
}

/** What a scenario needs and this machine lacks is said by name. */
function choose({ all, only }: DemoOptions): { played: Scenario[]; skipped: ScenarioResult[] } {
  const wanted = scenarios.filter(({ slug, brief }) => (only.length > 0 ? only.includes(slug) : all || brief))
  const lacking = ({ needs }: Scenario) => needs !== undefined && !hasProgram(needs)
  return {
    played: wanted.filter((scenario) => !lacking(scenario)),
    skipped: wanted
      .filter(lacking)
      .map((scenario) => skippedScenario(scenario, `Not played, since ${scenario.needs} is not installed.`)),
  }
}

function announce(played: Scenario[], skipped: ScenarioResult[], { missing }: ChosenSandbox): void {
  if (missing)
    console.log(
      `!! NO SANDBOX: ${missing.what}\n!! The commands of the bundled repository run without walls. ${missing.mend}\n`,
    )
  for (const { slug, problems } of skipped) console.log(`!! ${slug}: ${problems.join(' ')}\n`)
  const issues = `${played.length} ${played.length === 1 ? 'issue' : 'issues'}`
  console.log(`Starting an emulated GitHub and Draftsmith, then labelling ${issues} of the bundled repository.\n`)
}

async function keepUp({ github, draftsmith, scenarios: played }: Stage): Promise<void> {
  console.log(`
Everything stays up until Ctrl-C:
  GitHub       ${github.url}   API and git over HTTP
  Draftsmith   ${draftsmith.url}   /healthz and /readyz
  log          ${draftsmith.logFile}
  data folder  ${draftsmith.dataDir}`)
  const [first] = played
  if (first !== undefined)
    console.log(`  comments     curl ${github.url}/repos/${first.repository}/issues/1/comments
  clone        git clone ${github.cloneUrl(first.repository)}
  as ${people.maintainer}      curl -H 'authorization: Bearer ${github.userToken(people.maintainer)}' ${github.url}/user`)
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve))
}
