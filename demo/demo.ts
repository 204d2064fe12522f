// `npm run demo`: the whole flow on this machine, offline and without keys. An emulated GitHub, Draftsmith as a process of its own,
// a bundled repository with real defects, and the recorded replies of a model.
import { writeFile } from 'node:fs/promises'
import { version } from '../src/compose.ts'
import { bundledRepository, people } from './bundled-github.ts'
import { judgeScenario, skippedScenario } from './judge-scenario.ts'
import { createLiveView } from './live-view.ts'
import { type ChosenSandbox, chooseSandbox, hasProgram, liveModel, recordedModel } from './machine.ts'
import { type DemoOptions, readOptions, usage } from './options.ts'
import { openStage, playScenarios, type Stage } from './play.ts'
import { renderReading, renderTable } from './report.ts'
import type { DemoResult, ScenarioResult } from './result.ts'
import { type Scenario, scenarios } from './scenarios.ts'

/** A demo that has not ended by then will not. */
const longestMs = { recorded: 5 * 60_000, live: 60 * 60_000 }

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

const read = readOptions(process.argv.slice(2))
if (read.kind === 'invalid') {
  console.error(`${read.problem}\n\n${usage}`)
  process.exitCode = 2
} else {
  process.exitCode = await demo(read.options)
}

async function demo(options: DemoOptions): Promise<number> {
  const model = options.live ? liveModel() : recordedModel()
  if (model.kind === 'missing') {
    console.error(model.mend)
    return 2
  }
  const from = performance.now()
  const sandbox = await chooseSandbox()
  const { played, skipped } = choose(options)
  announce(played, sandbox, skipped)
  const signal = AbortSignal.any([
    interrupted.signal,
    AbortSignal.timeout(longestMs[options.live ? 'live' : 'recorded']),
  ])
  const environment = { ...model.environment, ...sandbox.environment }
  await using stage = await openStage({ scenarios: played, repository: bundledRepository, environment, signal })
  const view = createLiveView(played, process.stdout)
  const endings = await playScenarios(stage, { signal, onChange: view.show })
  if (interrupted.signal.aborted) return 130
  const seconds = Math.round((performance.now() - from) / 100) / 10
  const state = await stage.github.state()
  const results = await Promise.all(endings.map((ending) => judgeScenario(stage, ending, state)))
  const all = [...results, ...skipped]
  const result: DemoResult = {
    version,
    model: options.live ? 'live' : 'recorded',
    sandbox: sandbox.kind,
    seconds,
    asExpected: all.every(({ asExpected }) => asExpected),
    scenarios: all,
  }
  console.log(`\n${renderReading(result)}\n\n${renderTable(result)}`)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`)
  if (options.keep) await keepUp(stage)
  return result.asExpected ? 0 : 1
}

interface Choice {
  played: Scenario[]
  skipped: ScenarioResult[]
}

/** What a scenario needs and this machine lacks is said by name. */
function choose({ all, only }: DemoOptions): Choice {
  const wanted = scenarios.filter(({ slug, brief }) => (only.length > 0 ? only.includes(slug) : all || brief))
  const lacking = ({ needs }: Scenario) => needs !== undefined && !hasProgram(needs)
  return {
    played: wanted.filter((scenario) => !lacking(scenario)),
    skipped: wanted
      .filter(lacking)
      .map((scenario) => skippedScenario(scenario, `not played, since ${scenario.needs} is not installed`)),
  }
}

function announce(played: Scenario[], { missing }: ChosenSandbox, skipped: ScenarioResult[]): void {
  if (missing)
    console.log(
      `!! NO SANDBOX: ${missing.what}\n!! The commands of the bundled repository run without walls. ${missing.mend}\n`,
    )
  for (const { slug, problems } of skipped) console.log(`!! ${slug}: ${problems.join(' ')}\n`)
  console.log(
    `Starting an emulated GitHub and Draftsmith, then labelling ${played.length} issues of the bundled repository.\n`,
  )
}

async function keepUp({ github, draftsmith, scenarios: played }: Stage): Promise<void> {
  const [first] = played
  console.log(
    [
      '',
      'Everything stays up until Ctrl-C:',
      `  GitHub        ${github.url}   (API, also at ${github.enterpriseUrl}; git over HTTP)`,
      `  Draftsmith    ${draftsmith.url}   (/healthz, /readyz)`,
      `  log           ${draftsmith.logFile}`,
      `  data folder   ${draftsmith.dataDir}`,
      ...(first
        ? [
            `  comments      curl ${github.url}/repos/${first.repository}/issues/1/comments`,
            `  clone         git clone ${github.cloneUrl(first.repository)}`,
            `  as a person   curl -H 'authorization: Bearer ${github.userToken(people.maintainer)}' ${github.url}/user`,
          ]
        : []),
    ].join('\n'),
  )
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve))
}
