import { pino } from 'pino'
import type { GitHubApp, GitHubRepository } from '../../src/github/github.ts'
import { createGitHubTaskHost, type GitHubTaskHostOptions } from '../../src/github/github-task-host.ts'
import { createGitHubApp, type GitHubAppOptions } from '../../src/github/octokit-github.ts'
import type { TaskHost } from '../../src/task/task-host.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub, RepositorySeed } from '../support/emulated-github/types.ts'

export const silent = pino({ level: 'silent' })

export function appOn(github: EmulatedGitHub, options: Partial<GitHubAppOptions> = {}): GitHubApp {
  return createGitHubApp({
    appId: github.app.id,
    privateKey: github.app.privateKey,
    apiUrl: github.url,
    writeSpacingMs: 0,
    userAgent: 'draftsmith-test',
    log: silent,
    retryUnitMs: 1,
    ...options,
  })
}

let made = 0

/** A repository of acme's that no other test touches; `mia` writes, `otto` only reads. */
export async function freshRepository(
  github: EmulatedGitHub,
  seed: Partial<RepositorySeed> & { empty?: true } = {},
): Promise<{ repository: GitHubRepository; name: string; full: `${string}/${string}`; installationId: number }> {
  made += 1
  const name = `tool-${made}`
  const { empty, ...fields } = seed
  await github.addRepository({
    owner: 'acme',
    name,
    ...(empty ? {} : { files: { 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' } }),
    collaborators: { mia: 'write', otto: 'read' },
    issues: [{ title: 'A defect', body: 'It breaks.' }],
    ...fields,
  })
  const installationId = github.installations.find(({ account }) => account === 'acme')?.id ?? 0
  return {
    repository: appOn(github).repository(installationId, 'acme', name),
    name,
    full: `acme/${name}`,
    installationId,
  }
}

/** The head of a branch that the test knows to be there. */
export async function headOf(repository: GitHubRepository, branch = 'main'): Promise<string> {
  const head = await repository.head(branch)
  if (head === undefined) throw new Error(`no branch ${branch}`)
  return head
}

/** A GitHub that knows the people of these tests. */
export function startGitHub(): Promise<EmulatedGitHub> {
  return startEmulatedGitHub({
    users: [{ login: 'renovate[bot]', type: 'Bot' }, ...['mia', 'otto', 'max', 'tess'].map((login) => ({ login }))],
    repositories: [{ owner: 'acme', name: 'first', files: { a: 'a' } }],
  })
}

export const texts: GitHubTaskHostOptions['texts'] = {
  renderStatus: (view) => `<!-- status 1 -->\n${view.runId} ${view.state} ${view.tokens}`,
  statusMarker: (issue) => `<!-- status ${issue} -->`,
  renderCall: ({ id }, { hash }) => `<!-- question ${id} ${hash} -->\nanswer it`,
  runOf: (message) => /^Draftsmith-Run: (\S+)$/m.exec(message)?.[1],
}

export function hostOn(repository: GitHubRepository, options: Partial<GitHubTaskHostOptions> = {}): TaskHost {
  return createGitHubTaskHost({
    repository,
    issue: 1,
    label: 'agent-eligible',
    fence: async () => {},
    texts,
    statusIntervalMs: 0,
    log: silent,
    ...options,
  })
}

/** A fresh repository whose issue 1 carries the label, and the host of that issue. */
export async function hosted(
  github: EmulatedGitHub,
  seed: Partial<RepositorySeed> & { empty?: true } = {},
  options: Partial<GitHubTaskHostOptions> = {},
) {
  const fresh = await freshRepository(github, { issues: [{ title: 'A defect', labels: ['agent-eligible'] }], ...seed })
  return { ...fresh, host: hostOn(fresh.repository, options) }
}
