// The emulated GitHub as a process of its own.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { issue } from './conversation.ts'
import { startProgram } from './programs.ts'

export interface RunningGitHub {
  url: string
  app: { id: number; privateKey: string; webhookSecret: string }
  /** Puts the label on issue 1 of that repository, or another one, as a maintainer. */
  label(repository: string, issue?: number): Promise<void>
  /** How many comments stand on the issue. */
  comments(repository: string, issue: number): Promise<number>
  /** A delivery as GitHub makes it, for issue 1; put together from what the API answers, so that it is as large as a real one. */
  labelPayload(repository: string): Promise<{ issue: Record<string, unknown> } & Record<string, unknown>>
  stop(): Promise<void>
}

export interface GitHubOptions {
  folder: string
  /** Below the organisation `acme`; each holds the bundled repository and that many issues, from number 1. */
  repositories: Record<string, number>
  /** Added to the policy of each. */
  policy?: string
  /** Where webhooks go; none are sent without it. */
  webhookUrl?: string
}

interface Announced {
  url: string
  app: RunningGitHub['app']
  installations: { id: number }[]
  userTokens: Record<string, string>
}

const label = 'agent-eligible'
const maintainer = 'maintainer'

export async function startGitHub({
  folder,
  repositories,
  policy = '',
  webhookUrl,
}: GitHubOptions): Promise<RunningGitHub> {
  const users = [{ login: 'acme', type: 'Organization' }, { login: maintainer }]
  const seed = join(folder, 'github.json')
  const seeds = Object.entries(repositories).map(([name, issues]) => repositorySeed({ name, issues, policy }))
  await writeFile(seed, JSON.stringify({ webhookUrl, users, repositories: seeds }))
  const file = new URL('../../test/support/emulated-github/main.ts', import.meta.url)
  const program = startProgram({ file, args: ['--seed', seed], log: join(folder, 'github.log') })
  const { url, app, installations, userTokens } = JSON.parse(await program.line()) as Announced
  const api: Api = (path, init) => ask(`${url}${path}`, userTokens[maintainer] ?? '', init)
  return {
    url,
    app,
    label: async (repository, issue = 1) => {
      const body = JSON.stringify({ labels: [label] })
      await api(`/repos/acme/${repository}/issues/${issue}/labels`, { method: 'POST', body })
    },
    comments: async (repository, issue) => {
      const found = await api(`/repos/acme/${repository}/issues/${issue}/comments`)
      return (found as unknown[]).length
    },
    labelPayload: (repository) => labelPayload(api, repository, installations[0]?.id),
    stop: program.stop,
  }
}

/** The limits are those of a run that is to last as long as the script wants. */
function repositorySeed({ name, issues, policy }: { name: string; issues: number; policy: string }) {
  return {
    owner: 'acme',
    name,
    folder: fileURLToPath(new URL('../../demo/repository', import.meta.url)),
    files: { '.github/draftsmith.yml': `limits: { turns: 300, toolCalls: 1000, usd: 20, tokens: 2000000 }\n${policy}` },
    collaborators: { [maintainer]: 'write' },
    labels: [label],
    issues: Array.from({ length: issues }, () => ({ ...issue, author: maintainer })),
  }
}

type Api = (path: string, init?: RequestInit) => Promise<unknown>

async function ask(url: string, token: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url, { ...init, headers: { authorization: `Bearer ${token}` } })
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function labelPayload(api: Api, repository: string, installationId: number | undefined) {
  const [described, its, sender, labels] = await Promise.all([
    api(`/repos/acme/${repository}`),
    api(`/repos/acme/${repository}/issues/1`) as Promise<Record<string, unknown>>,
    api(`/users/${maintainer}`),
    api(`/repos/acme/${repository}/labels`) as Promise<{ name: string }[]>,
  ])
  const put = labels.find(({ name }) => name === label)
  const installation = { id: installationId, node_id: 'installation' }
  return { action: 'labeled', issue: its, label: put, repository: described, sender, installation }
}
