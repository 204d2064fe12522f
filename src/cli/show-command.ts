// `draftsmith show RUN`: what a run did, what it cost, and what it left. Reads only.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import type { Estimate } from '../estimate/estimate.ts'
import { estimateKey } from '../estimate/estimate-stage.ts'
import type { PolicyDecision } from '../policy/decision.ts'
import { withOwners } from '../prepare/owner-area.ts'
import type { RepositoryFacts } from '../prepare/repository-facts.ts'
import { contractLines, decisionLines, repositoryLines } from '../render/decision.ts'
import { cost } from '../render/figures.ts'
import { plain } from '../render/neutralise.ts'
import { outcomeLine } from '../render/outcome-line.ts'
import { estimateAgainst, usageByRole } from '../render/price-tag.ts'
import { answerCommands, describeQuestion } from '../render/question.ts'
import { type ReadinessReport, renderTerminalReadiness } from '../render/readiness.ts'
import { readinessKey } from '../report-readiness.ts'
import { stateOf } from '../run/answer-rules.ts'
import type { Ledger, RunEvent } from '../run/ledger.ts'
import { pullRequestEnded, workPatch } from '../run/outcome.ts'
import type { Answer } from '../run/question.ts'
import { type Run, stages } from '../run/run.ts'
import type { Normalized } from '../task/normalize.ts'
import { withRun } from './find-run.ts'

export interface ShowOptions {
  trace?: boolean
  patch?: boolean
  artifacts?: string
}

export async function showCommand(
  runId: string,
  options: ShowOptions,
  { config, out }: { config: Config; out(text: string): void },
): Promise<number> {
  return withRun(config, runId, async (run, ledger) => {
    if (options.patch) out(await patchOf(run, ledger))
    else out(await describeRun(run, ledger))
    if (options.trace) out((await ledger.events(run.id)).map(describeEvent).join('\n'))
    if (options.artifacts) out(await writeArtifacts(run, ledger, options.artifacts))
    return 0
  })
}

async function describeRun(run: Run, ledger: Ledger): Promise<string> {
  const values = new Map((await ledger.stages(run.id)).map(({ stage, value }) => [stage, value]))
  const estimate = values.get(estimateKey) as Estimate | undefined
  const events = await ledger.events(run.id)
  const charge = await ledger.spent(run.id)
  const artifacts = await ledger.artifacts(run.id)
  const { task } = run
  const { title, url, requestedBy, requestedAt } = task
  return [
    `Run ${run.id}: ${title}`,
    ...(url ? [url] : []),
    `Asked for by ${requestedBy} at ${requestedAt}; attempt ${run.attempt}; Draftsmith ${run.version}`,
    `State: ${describeState(run)}`,
    ...describeWorkEnd(events),
    ...(run.clearedAt ? [`Its records were removed at ${run.clearedAt.toISOString()} (DRAFTSMITH_KEEP_DAYS).`] : []),
    ...describeDecision(events, values),
    ...(await ledger.answers(run.id)).map(describeAnswer),
    ...(task.wants === 'readiness' ? describeReadiness(values) : [describeStages(values)]),
    ...(charge.calls > 0 ? [`Cost: ${cost(charge)}`, ...usageByRole(charge).map((line) => `  ${line}`)] : []),
    ...(estimate === undefined ? [] : [estimateAgainst(estimate, charge)]),
    ...(artifacts.length > 0
      ? ['Artifacts:', ...artifacts.map(({ name, bytes }) => `  ${name} (${bytes} bytes)`)]
      : []),
  ].join('\n')
}

/** What people made of its pull request, as far as a round has seen it. */
function describeWorkEnd(events: RunEvent[]): string[] {
  const { kind, at } = events.findLast((event) => event.kind === pullRequestEnded)?.data ?? {}
  return kind === undefined ? [] : [`Its pull request was ${kind} at ${at}`]
}

function describeStages(values: ReadonlyMap<string, unknown>): string {
  return `Stages: ${stages.map((stage) => `${values.has(stage) ? '✓' : '·'} ${stage}`).join('  ')}`
}

function describeReadiness(values: ReadonlyMap<string, unknown>): string[] {
  const report = values.get(readinessKey) as ReadinessReport | undefined
  return report === undefined ? [] : [renderTerminalReadiness(report.readiness, report.of)]
}

/** What was understood of issue and repository, and the newest decision on it: the plan's where there is one. */
function describeDecision(events: RunEvent[], values: ReadonlyMap<string, unknown>): string[] {
  const read = values.get('normalize') as Normalized | { end: unknown } | undefined
  const contract = read !== undefined && 'kind' in read && read.kind === 'contract' ? read.contract : undefined
  const told = (kind: string) => events.findLast((event) => event.kind === kind)?.data
  const decision = told('plan_decision')?.decision ?? told('gate')?.decision ?? values.get('gate')
  const facts = told('repository') as RepositoryFacts | undefined
  return [
    ...(contract ? contractLines(withOwners(contract, facts?.owners ?? [])) : []),
    ...(facts ? repositoryLines(facts) : []),
    ...(decision ? decisionLines(decision as PolicyDecision) : []),
  ]
}

/** A local run has no worker: one that has not ended stands still until its command is given again, or it is answered. */
function describeState({ id, state, outcome, task, question }: Run): string {
  if (outcome !== undefined) return `${state}, ${describeOutcome(outcome)}`
  if (question !== undefined && state === stateOf(question)) {
    const local = task.source.kind === 'local'
    return [state, ...describeQuestion(question), ...(local ? answerCommands(id, question) : [])].join('\n  ')
  }
  return task.source.kind === 'local' ? 'interrupted; the same `draftsmith run` goes on with it' : state
}

const answerWords = { approve: 'approved', revise: 'remarked on', choose: 'decided on' }

function describeAnswer({ question, said, by, at }: Answer): string {
  const what = answerWords[said.kind]
  const words = said.kind === 'revise' ? `: ${plain(said.text, 500)}` : said.kind === 'choose' ? `: ${said.option}` : ''
  return `${by} ${what} ${question.hash} at ${at.toISOString()}${words}`
}

function describeOutcome(outcome: NonNullable<Run['outcome']>): string {
  if (outcome.kind === 'declined') return `declined: ${outcome.decline.code}. ${outcome.decline.evidence.join(' ')}`
  if (outcome.kind === 'pull_request')
    return `pull_request: ${outcome.publication.pullRequest?.url ?? outcome.publication.branch ?? ''}`
  if (outcome.kind === 'reported') return outcomeLine(outcome)
  return `${outcome.kind}: ${outcome.reason}`
}

function describeEvent({ sequence, kind, data, at }: RunEvent): string {
  return `${sequence} ${at.toISOString()} ${kind} ${JSON.stringify(data)}`
}

async function patchOf(run: Run, ledger: Ledger): Promise<string> {
  const patch = await ledger.artifact(run.id, workPatch)
  if (patch === undefined)
    throw new Fault('invalid_input', 'no_patch', `Run ${run.id} left no patch: no modification of it stood.`)
  return patch.toString('utf8')
}

/** Names of artifacts are ours, but they are kept inside of the folder all the same. */
async function writeArtifacts(run: Run, ledger: Ledger, folder: string): Promise<string> {
  const artifacts = await ledger.artifacts(run.id)
  for (const { name } of artifacts) {
    const content = await ledger.artifact(run.id, name)
    const file = join(
      folder,
      ...dirname(name)
        .split('/')
        .filter((part) => part !== '' && !part.startsWith('.')),
      basename(name),
    )
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content ?? '')
  }
  return `Artifacts in ${folder}: ${artifacts.length}.`
}
