// Reading a repository: facts, permission, branches, files.
import type { GitHubRepository, Permission, RepositoryFacts } from './github.ts'
import { statusOf } from './github-faults.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import type { Client } from './octokit-client.ts'

type Reads = Pick<
  GitHubRepository,
  'facts' | 'permission' | 'loginOf' | 'head' | 'readFile' | 'listFolder' | 'commit' | 'isAncestor'
>

export interface Place {
  owner: string
  repo: string
}

/** `ownLogin`: under which the App itself writes. */
export function repositoryReads(session: RepositorySession, place: Place, ownLogin: () => Promise<string>): Reads {
  const read = <T>(action: string, call: (client: Client) => Promise<T>) => session.use(steps.read, action, call)
  return {
    facts: () => read('read the settings', (client) => readFacts(client, place)),
    permission: (login) => read(`read the permission of ${login}`, (client) => readPermission(client, place, login)),
    loginOf: (email) => read('look for the author of a commit', (client) => readLogin(client, place, email)),
    head: (branch) => read(`read branch ${branch}`, (client) => readHead(client, place, branch)),
    readFile: (path, commit) => read(`read ${path}`, (client) => readText(client, place, path, commit)),
    listFolder: (path, commit) => read(`list ${path}`, (client) => listNames(client, place, path, commit)),
    commit: async (sha) => {
      const own = await ownLogin()
      return read(`read commit ${sha}`, (client) => readCommit(client, { ...place, sha, own }))
    },
    isAncestor: (ancestor, descendant) =>
      read(`compare ${ancestor} with ${descendant}`, (client) => compare(client, place, ancestor, descendant)),
  }
}

async function readFacts(client: Client, place: Place): Promise<RepositoryFacts> {
  const { data } = await client.rest.repos.get({ ...place })
  return {
    owner: data.owner.login,
    name: data.name,
    defaultBranch: data.default_branch,
    archived: data.archived,
    issuesEnabled: data.has_issues,
    size: data.size * 1024,
    empty: (await readHead(client, place, data.default_branch)) === undefined,
    url: data.html_url,
  }
}

const roles: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none']

/** Bots have no permission here, whatever GitHub grants them: no bot may start or command a run. */
async function readPermission(client: Client, place: Place, login: string): Promise<Permission> {
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...place, username: login })
    if (data.user?.type === 'Bot') return 'none'
    // A custom role has its own name; `permission` then says what it is built on.
    return roles.find((role) => role === data.role_name) ?? roles.find((role) => role === data.permission) ?? 'none'
  } catch (thrown) {
    if (statusOf(thrown) === 404) return 'none'
    throw thrown
  }
}

/** GitHub tells accounts by the addresses of their commits. An address that is no query, such as one without an @, finds nobody. */
async function readLogin(client: Client, place: Place, email: string): Promise<string | undefined> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) return undefined
  const { data } = await client.rest.repos.listCommits({ ...place, author: email, per_page: 1 })
  const author = data[0]?.author
  return author?.type === 'User' ? author.login : undefined
}

/** 409 is GitHub's answer for a repository without any commit. */
export async function readHead(client: Client, place: Place, branch: string): Promise<string | undefined> {
  try {
    const { data } = await client.rest.git.getRef({ ...place, ref: `heads/${branch}` })
    return data.object.sha
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 404 || status === 409) return undefined
    throw thrown
  }
}

async function readText(client: Client, place: Place, path: string, commit: string): Promise<string | undefined> {
  const entry = await readContents(client, place, path, commit)
  if (entry === undefined || Array.isArray(entry) || entry.type !== 'file') return undefined
  if (entry.content !== '' || entry.size === 0) return Buffer.from(entry.content, 'base64').toString('utf8')
  // Files above 1 MB come without content.
  const { data } = await client.rest.git.getBlob({ ...place, file_sha: entry.sha })
  return Buffer.from(data.content, 'base64').toString('utf8')
}

async function listNames(client: Client, place: Place, path: string, commit: string): Promise<string[]> {
  const entries = await readContents(client, place, path, commit)
  return Array.isArray(entries) ? entries.map((entry) => entry.name) : []
}

async function readContents(client: Client, place: Place, path: string, ref: string) {
  try {
    const { data } = await client.rest.repos.getContent({ ...place, path, ref })
    return data
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined
    throw thrown
  }
}

interface CommitOf extends Place {
  sha: string
  own: string
}

/** Whoever amends or rebases our commit keeps its message, and its author too; the committer is another then. GitHub itself commits what comes by the API. */
async function readCommit(client: Client, { sha, own, ...place }: CommitOf) {
  const { data } = await client.rest.git.getCommit({ ...place, commit_sha: sha })
  const { author, committer, message, tree, parents } = data
  const ours = author.name === own && (committer.name === own || /^GitHub\b/.test(committer.name))
  return { tree: tree.sha, message, parents: parents.map((parent) => parent.sha), ours }
}

async function compare(client: Client, place: Place, ancestor: string, descendant: string): Promise<boolean> {
  if (ancestor === descendant) return true
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    ...place,
    basehead: `${ancestor}...${descendant}`,
    per_page: 1,
  })
  return data.status === 'ahead' || data.status === 'identical'
}
