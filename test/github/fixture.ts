import { pino } from 'pino'
import type { GitHubApp, GitHubRepository } from '../../src/github/github.ts'
import { createGitHubApp, type GitHubAppOptions } from '../../src/github/octokit-github.ts'
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
