// A repository on a GitHub of our own, and the intake behind its webhooks. Without the defence: a receiver that believes
// what it is sent, and reads again what it was not sent.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GitHubRepository } from '../../../src/github/github.ts'
import type { Inspection, TaskHost } from '../../../src/task/task-host.ts'
import { hosted, hostOn, startGitHub } from '../../github/fixture.ts'
import { type Listening, listenTo } from '../../intake/listening.ts'
import type { EmulatedGitHub, RepositorySeed } from '../../support/emulated-github/types.ts'
import { type Defence, inScenes } from './hostile-case.ts'

export const label = 'agent-eligible'

export interface GitHubScene extends AsyncDisposable {
  defence: Defence
  token: string
  github: EmulatedGitHub
  /** `owner/name` of a repository of this scene; Mia writes, Otto only reads. */
  repo: `${string}/${string}`
  name: string
  /** An issue by Otto, without the label. */
  issue: number
  /** Where webhooks go. */
  url: string
  repository: GitHubRepository
  host: TaskHost
  settled(): Promise<void>
  labelBy(login: string): Promise<void>
  /** How many runs the issue has had. */
  runs(): Promise<number>
  /** Whether a worker would go on with the newest run, asked of GitHub as it is now. */
  goesOn(): Promise<boolean>
  /** The text that the newest run works on. */
  taskText(): Promise<string>
  /** The newest run comes to its end. */
  endRun(): Promise<void>
  inspection(): Promise<Inspection | undefined>
}

export const githubCase = inScenes('github', openGitHubScene)

interface Place {
  github: EmulatedGitHub
  guarded: Listening | undefined
  naive: NaiveReceiver | undefined
  url: string
}

let place: Promise<Place> | undefined

async function openGitHubScene(defence: Defence): Promise<GitHubScene> {
  place ??= openPlace(defence)
  const { github, guarded, naive, url } = await place
  const seed: Partial<RepositorySeed> = {
    labels: [label],
    issues: [{ title: 'A defect', body: 'It breaks.', author: 'otto' }],
  }
  const { repository, full, name } = await hosted(github, seed)
  const issue = 1
  const key = `${full}#${issue}`
  const latest = () => guarded?.ledger.latest(`github:${key}`)
  const settled = () => guarded?.settled() ?? github.delivered()
  const inspection = async () => {
    const run = await latest()
    return run && (await hostOn(repository).inspect(run.task))
  }
  return {
    ...{ defence, github, repo: full, name, issue, url, repository, settled, inspection },
    host: hostOn(repository),
    token: `TOKEN-${randomBytes(12).toString('hex')}`,
    async labelBy(login) {
      await github.label(full, issue, label, login)
      await settled()
    },
    runs: async () => (guarded ? ((await latest())?.attempt ?? 0) : (naive?.runs.get(key) ?? 0)),
    goesOn: async () => (guarded ? (await inspection())?.kind === 'ready' : (naive?.runs.get(key) ?? 0) > 0),
    async taskText() {
      if (guarded) return JSON.stringify((await latest())?.task)
      return (await github.state()).repositories[full]?.issues.find(({ number }) => number === issue)?.body ?? ''
    },
    async endRun() {
      const run = await latest()
      const claimed = run && (await guarded?.ledger.claim(run.id))
      await claimed?.settle({ kind: 'declined', decline: { code: 'ambiguous', evidence: [] } })
    },
    async [Symbol.asyncDispose]() {
      await settled()
    },
  }
}

async function openPlace(defence: Defence): Promise<Place> {
  const github = await startGitHub()
  const guarded = defence === 'on' ? await listenTo(github) : undefined
  const naive = defence === 'off' ? await receiveNaively() : undefined
  const url = guarded?.url ?? naive?.url ?? ''
  github.setWebhookTarget(url)
  return { github, guarded, naive, url }
}

interface NaiveReceiver {
  url: string
  /** `owner/name#number` → runs started. */
  runs: Map<string, number>
}

interface Delivery {
  repository?: { full_name?: string }
  issue?: { number?: number }
  label?: { name?: string }
  comment?: { body?: string }
}

/** No signature, no sender, no memory of deliveries, and every comment that holds the command anywhere. */
async function receiveNaively(): Promise<NaiveReceiver> {
  const runs = new Map<string, number>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { repository, issue, label: put, comment }: Delivery = JSON.parse(body)
    const asks = comment === undefined ? put?.name === label : (comment.body ?? '').includes('/draftsmith run')
    const key = `${repository?.full_name}#${issue?.number}`
    if (asks) runs.set(key, (runs.get(key) ?? 0) + 1)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, runs }
}

/** The body that GitHub would send for the label. */
export async function labelEvent({ github, repo, issue }: GitHubScene, by = 'mia'): Promise<string> {
  const before = github.deliveries().length
  await github.label(repo, issue, label, by)
  await github.delivered()
  const sent = github
    .deliveries()
    .slice(before)
    .find(({ payload }) => isAbout(payload, repo))
  return JSON.stringify(sent?.payload)
}

function isAbout(payload: Record<string, unknown>, repo: string): boolean {
  const { repository } = payload as Delivery
  return repository?.full_name === repo
}
