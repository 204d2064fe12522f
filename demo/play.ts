// Raises an emulated GitHub and a Draftsmith, labels the issues as people would, and waits until every run has ended.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EmulatedGitHub, RepositoryName } from '../test/support/emulated-github/types.ts'
import { eligible, people, startBundledGitHub } from './bundled-github.ts'
import { DraftsmithProcess } from './draftsmith-process.ts'
import { readIssue } from './issue-file.ts'
import type { Scenario } from './scenarios.ts'
import { type StatusChange, StatusFeed } from './status-feed.ts'

const feedMs = 100

export interface StageOptions {
  scenarios: Scenario[]
  /** What each repository is filled with. */
  repository: string
  /** Of the Draftsmith process: which model, which sandbox. */
  environment: Record<string, string>
  signal: AbortSignal
}

/** Everything that runs; closing it leaves neither process nor file. */
export interface Stage extends AsyncDisposable {
  github: EmulatedGitHub
  draftsmith: DraftsmithProcess
  scenarios: Scenario[]
}

export async function openStage({ scenarios, repository, environment, signal }: StageOptions): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.adopt(await mkdtemp(join(tmpdir(), 'draftsmith-demo-')), (path) =>
    rm(path, { recursive: true, force: true, maxRetries: 3 }),
  )
  const github = await startBundledGitHub(scenarios, { repository, scratch: join(folder, 'repository') })
  opened.defer(() => github.close())
  const draftsmith = opened.use(await DraftsmithProcess.start({ github, folder, environment, signal }))
  github.setWebhookTarget(draftsmith.webhookUrl)
  const parts = opened.move()
  return { github, draftsmith, scenarios, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

export interface Ending {
  scenario: Scenario
  /** From the first word, or from the label where none is said; undefined when the run had not ended in time. */
  seconds: number | undefined
}

export interface PlayOptions {
  onChange(change: StatusChange): void
  /** Ends the waiting; runs that have not ended by then are unfinished. */
  signal: AbortSignal
}

/** In the order of the scenarios. Rejects when Draftsmith itself ends. */
export async function playScenarios(stage: Stage, { onChange, signal }: PlayOptions): Promise<Ending[]> {
  const feed = new StatusFeed(stage.github)
  const began = new Map<RepositoryName, number>()
  const look = () => {
    for (const change of feed.next()) {
      if (!change.waiting && !began.has(change.repository)) began.set(change.repository, change.at)
      onChange(change)
    }
  }
  const timer = setInterval(look, feedMs)
  try {
    for (const { slug, repository } of stage.scenarios)
      await stage.github.label(repository, 1, eligible, people[readIssue(slug).labelledBy])
    const labelled = Date.now()
    return await Promise.all(
      stage.scenarios.map(async (scenario) => {
        await answerQuestions(stage, scenario, signal)
        const settled = await stage.draftsmith.settled(issueUrl(stage.github, scenario), signal)
        look()
        const from = began.get(scenario.repository) ?? labelled
        return { scenario, seconds: settled ? (Date.now() - from) / 1000 : undefined }
      }),
    )
  } finally {
    clearInterval(timer)
  }
}

/** What Draftsmith asks, the maintainer answers on the issue, as soon as it stands there. */
async function answerQuestions(stage: Stage, scenario: Scenario, signal: AbortSignal): Promise<void> {
  for (const [index, answer] of (scenario.answers ?? []).entries()) {
    const hash = await stage.draftsmith.question(issueUrl(stage.github, scenario), index, signal)
    if (hash === undefined || !(await isShown(stage.github, hash, signal))) return
    await stage.github.comment(scenario.repository, 1, answer.replace('HASH', hash), people.maintainer)
  }
}

/** False when the signal ended the waiting. */
async function isShown(github: EmulatedGitHub, hash: string, signal: AbortSignal): Promise<boolean> {
  while (!github.calls().some(({ body }) => JSON.stringify(body ?? '').includes(hash))) {
    if (signal.aborted) return false
    await sleep(feedMs)
  }
  return true
}

export function issueUrl({ url }: EmulatedGitHub, { repository }: Scenario): string {
  return `${url}/${repository}/issues/1`
}
