// A GitHub, a model, a database and a fleet of services, and issues that are labelled as long as work is wanted.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStatus } from '../../src/render/status.ts'
import { webhookPath } from '../../src/web/server.ts'
import { addRepository, label, mended, startGitHub } from '../../test/e2e/fixture.ts'
import type { EmulatedGitHub, RepositoryName } from '../../test/support/emulated-github/types.ts'
import { testKey } from '../../test/support/messages-api.ts'
import { ScriptedMessages } from '../../test/support/scripted-messages.ts'
import { createDatabase } from '../bench/databases.ts'
import type { DatabaseKind } from '../bench/part.ts'
import { type Fleet, removeFleet, startFleet } from './fleet.ts'
import type { Random } from './random.ts'
import { startWebhookStorm, type WebhookStorm } from './webhooks.ts'

export interface WorldOptions {
  on: DatabaseKind
  /** Of PostgreSQL; on the embedded database there is one member. */
  members: number
  repositories: number
  postgresServer: string | undefined
  random: Random
}

export interface ChaosIssue {
  repo: RepositoryName
  number: number
  title: string
}

export interface World extends AsyncDisposable {
  on: DatabaseKind
  github: EmulatedGitHub
  model: ScriptedMessages
  fleet: Fleet
  storm: WebhookStorm
  databaseUrl: string | undefined
  issues: ChaosIssue[]
  /** One more labelled issue, in the repository that has the fewest. */
  ask(): Promise<void>
  /** Issues whose status comment does not tell an end. */
  open(): Promise<ChaosIssue[]>
  /** How much has happened that can be seen from outside: calls of GitHub's API and of the model. */
  happened(): number
}

export async function openWorld({ on, members, repositories, postgresServer, random }: WorldOptions): Promise<World> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.adopt(await mkdtemp(join(tmpdir(), 'draftsmith-chaos-')), removeFleet)
  const github = opened.adopt(await startGitHub(), (each) => each.close())
  const model = opened.use(await ScriptedMessages.start())
  const database = opened.adopt(await createDatabase(on, postgresServer), (each) => each.drop())
  const repos = await Promise.all(Array.from({ length: repositories }, () => addRepository(github)))
  const environment = environmentOf(github, model, database.url)
  const fleet = opened.adopt(
    await startFleet({ folder, members: on === 'embedded' ? 1 : members, environment }),
    (each) => each.stop(),
  )
  const targets = () => fleet.members.flatMap(({ url }) => (url === undefined ? [] : [url]))
  const storm = opened.adopt(await startWebhookStorm(random, { path: webhookPath, targets }), (each) => each.close())
  github.setWebhookTarget(storm.url)
  const issues: ChaosIssue[] = []
  const parts = opened.move()
  return {
    ...{ on, github, model, fleet, storm, issues, databaseUrl: database.url },
    async ask() {
      const repo = repos[issues.length % repos.length]
      if (repo === undefined) throw new Error('There is no repository.')
      const title = `Defect ${issues.length + 1} of the amounts.`
      model.add(mended(title))
      const number = await github.openIssue(repo, { title }, 'mia')
      await github.label(repo, number, label, 'mia')
      issues.push({ repo, number, title })
    },
    open: async () => {
      const { repositories } = await github.state()
      return issues.filter(({ repo, number }) => {
        const issue = repositories[repo]?.issues.find((each) => each.number === number)
        return !issue?.comments.some(({ body, byApp }) => byApp && parseStatus(body)?.state === 'ended')
      })
    },
    happened: () => github.calls().length + model.asked.length,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** Heartbeats and pauses are those of production; what only spares GitHub is off. */
function environmentOf(github: EmulatedGitHub, model: ScriptedMessages, databaseUrl: string | undefined) {
  return {
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GITHUB_API_URL: github.url,
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: model.url,
    DRAFTSMITH_MODEL: 'claude-sonnet-5-5',
    DRAFTSMITH_SANDBOX: 'none',
    DRAFTSMITH_WRITE_SPACING_MS: '0',
    DRAFTSMITH_STATUS_INTERVAL_MS: '0',
    DRAFTSMITH_CONCURRENCY: '2',
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  }
}
