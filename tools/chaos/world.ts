// A GitHub, a model, a database and a fleet of services, and issues that are labelled as long as work is wanted.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStatus } from '../../src/render/status.ts'
import { webhookPath } from '../../src/web/server.ts'
import { addRepository, label, mended, startGitHub } from '../../test/e2e/fixture.ts'
import type { EmulatedGitHub, RepositoryName } from '../../test/support/emulated-github/types.ts'
import { testKey } from '../../test/support/messages-api.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { ScriptedMessages } from '../../test/support/scripted-messages.ts'
import { createDatabase } from '../bench/databases.ts'
import type { DatabaseKind } from '../bench/part.ts'
import { type Fleet, removeFleet, startFleet } from './fleet.ts'
import { type LedgerWrite, watchPostgres, writeInLog } from './ledger-watch.ts'
import type { Random } from './random.ts'
import { startWebhookStorm, type WebhookStorm } from './webhooks.ts'

export interface WorldOptions {
  on: DatabaseKind
  /** Of PostgreSQL; on the embedded database there is one member. */
  members: number
  repositories: number
  postgres: ChaosPostgres | undefined
  /** Of the deliveries of webhooks, from 0 to 1. */
  lostShare: number
  random: Random
}

/** Its `restart` is absent where others use it, too. */
export type ChaosPostgres = Pick<PostgresServer, 'url'> & Partial<Pick<PostgresServer, 'restart'>>

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
  ledger: LedgerSeen
  databaseUrl: string | undefined
  restartPostgres: PostgresServer['restart'] | undefined
  issues: ChaosIssue[]
  /** One more labelled issue, in the repository that has the fewest. */
  ask(): Promise<void>
  /** Issues whose status comment does not tell an end. */
  open(): Promise<ChaosIssue[]>
  /**
   * How much has been written to the ledger. Of the embedded one, into which nobody else can look, how much has been seen of the
   * runs from outside: what the log tells, calls of GitHub's API and of the model.
   */
  happened(): number
  /** Data and logs of the fleet are not removed in the end; their folder. */
  keep(): string
}

/** What has been seen of the ledger's writes. */
export interface LedgerSeen {
  writes: number
  /** Told of each at once. */
  onWrite(write: LedgerWrite): void
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { on, members, repositories, postgres, lostShare, random } = options
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-chaos-'))
  let kept = false
  opened.defer(async () => (kept ? undefined : removeFleet(folder)))
  const github = opened.adopt(await startGitHub(), (each) => each.close())
  const model = opened.use(await ScriptedMessages.start())
  const database = opened.adopt(await createDatabase(on, postgres?.url), (each) => each.drop())
  const repos = await Promise.all(Array.from({ length: repositories }, () => addRepository(github)))
  const ledger: LedgerSeen = { writes: 0, onWrite: () => {} }
  const seen = (write: LedgerWrite) => {
    ledger.writes += 1
    ledger.onWrite(write)
  }
  const fleet = opened.adopt(
    await startFleet({
      folder,
      members: on === 'embedded' ? 1 : members,
      environment: (member) => environmentOf({ github, model, member, databaseUrl: database.url }),
      logged: (member, line) => {
        const write = on === 'embedded' ? writeInLog(member, line) : undefined
        if (write !== undefined) seen(write)
      },
    }),
    (each) => each.stop(),
  )
  if (database.url !== undefined) opened.use(await watchPostgres(database.url, seen))
  const targets = () => fleet.members.flatMap(({ url }) => (url === undefined ? [] : [url]))
  const storm = opened.adopt(
    await startWebhookStorm(random.fork('webhooks'), { path: webhookPath, targets, lostShare }),
    (each) => each.close(),
  )
  github.setWebhookTarget(storm.url)
  const issues: ChaosIssue[] = []
  const parts = opened.move()
  return {
    ...{
      on,
      github,
      model,
      fleet,
      storm,
      ledger,
      issues,
      databaseUrl: database.url,
      restartPostgres: postgres?.restart,
    },
    ask: async () => {
      const repo = repos[issues.length % repos.length]
      if (repo === undefined) throw new Error('There is no repository.')
      const title = `Defect ${issues.length + 1} of the amounts.`
      model.add(mended(title))
      const number = await github.openIssue(repo, { title }, 'mia')
      await github.label(repo, number, label, 'mia')
      issues.push({ repo, number, title })
    },
    open: () => openOnes(github, issues),
    happened: () => ledger.writes + (on === 'embedded' ? github.calls().length + model.asked.length : 0),
    keep: () => {
      kept = true
      return folder
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function openOnes(github: EmulatedGitHub, issues: ChaosIssue[]): Promise<ChaosIssue[]> {
  const { repositories } = await github.state()
  return issues.filter(({ repo, number }) => {
    const issue = repositories[repo]?.issues.find((each) => each.number === number)
    return !issue?.comments.some(({ body, byApp }) => byApp && parseStatus(body)?.state === 'ended')
  })
}

interface Place {
  github: EmulatedGitHub
  model: ScriptedMessages
  member: string
  databaseUrl: string | undefined
}

/** Heartbeats and pauses are those of production; what only spares GitHub is off, and the rounds are gone as often as can be. */
function environmentOf({ github, model, member, databaseUrl }: Place): Record<string, string> {
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
    DRAFTSMITH_RECONCILE_MINUTES: '1',
    DRAFTSMITH_CONCURRENCY: databaseUrl === undefined ? '3' : '2',
    ...(databaseUrl !== undefined && { DATABASE_URL: named(databaseUrl, member) }),
  }
}

/** By its name PostgreSQL tells whose connection it is. */
function named(databaseUrl: string, member: string): string {
  const url = new URL(databaseUrl)
  url.searchParams.set('application_name', member)
  return url.href
}
