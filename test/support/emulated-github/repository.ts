// One hosted repository: its settings, who may do what, its git objects, and what emulate does not keep.

import { join } from 'node:path'
import { invalid, Refusal } from './answer.ts'
import { BareRepository, type TreeEdit } from './bare-repository.ts'
import type { FileSeed, RepositoryName, RepositorySeed, RepositorySettings, Role, RulesetSeed } from './types.ts'

export interface PullRecord {
  number: number
  head: string
  base: string
  baseSha: string
  open: boolean
}

export interface Reaction {
  id: number
  login: string
  content: string
  createdAt: string
}

export interface HostedRepository {
  readonly owner: string
  readonly name: string
  readonly fullName: RepositoryName
  readonly git: BareRepository
  readonly settings: Required<Omit<RepositorySettings, 'collaborators'>>
  readonly collaborators: Map<string, Role>
  readonly pulls: Map<number, PullRecord>
  /** By `issues/1` or `comments/7`. */
  readonly reactions: Map<string, Reaction[]>
  pushedAt: string
  /** While it is filled nothing is announced. */
  seeding: boolean
  /** Ends when the write that was asked for last is done. */
  lastWrite: Promise<unknown>
}

// Fixed, so that a seed has the same SHAs on every day and every machine.
const SEEDED_AT = '2026-01-05T09:00:00Z'

export async function createRepository(seed: RepositorySeed, root: string): Promise<HostedRepository> {
  const defaultBranch = seed.defaultBranch ?? 'main'
  const git = await BareRepository.create(join(root, seed.owner, `${seed.name}.git`), defaultBranch)
  await seedFiles(git, seed, defaultBranch)
  return {
    owner: seed.owner,
    name: seed.name,
    fullName: `${seed.owner}/${seed.name}`,
    git,
    settings: {
      archived: seed.archived ?? false,
      issuesEnabled: seed.issuesEnabled ?? true,
      draftPullRequests: seed.draftPullRequests ?? true,
      rulesets: seed.rulesets ?? [],
      private: seed.private ?? false,
      defaultBranch,
    },
    collaborators: new Map(Object.entries(seed.collaborators ?? {})),
    pulls: new Map(),
    reactions: new Map(),
    pushedAt: SEEDED_AT,
    seeding: true,
    lastWrite: Promise.resolve(),
  }
}

async function seedFiles(git: BareRepository, seed: RepositorySeed, branch: string): Promise<void> {
  if (!seed.folder && !seed.files) return
  const author = { name: seed.owner, email: `${seed.owner}@users.noreply.github.com`, date: SEEDED_AT }
  const message = 'Initial commit\n'
  if (!seed.folder) {
    const files = Object.entries(seed.files ?? {}).map(([path, file]) => ({ path, ...readFileSeed(file) }))
    return git.importCommit(branch, { files, author, message })
  }
  const base = await git.writeFolder(seed.folder)
  const tree = seed.files ? await git.writeTree(base, await fileEdits(git, seed.files)) : base
  const commit = { tree, parents: [], author, committer: author, message, signature: undefined }
  await git.setRef(`refs/heads/${branch}`, await git.writeCommit(commit))
}

/** Blobs are written; what comes back can be given to `writeTree`. */
export function fileEdits(git: BareRepository, files: Record<string, FileSeed | null>): Promise<TreeEdit[]> {
  return Promise.all(Object.entries(files).map(([path, file]) => fileEdit(git, path, file)))
}

async function fileEdit(git: BareRepository, path: string, file: FileSeed | null): Promise<TreeEdit> {
  if (file === null) return { path, mode: '100644', sha: null }
  const { content, mode } = readFileSeed(file)
  return { path, mode, sha: await git.writeBlob(content) }
}

function readFileSeed(file: FileSeed): { content: Buffer; mode: string } {
  if (typeof file === 'string' || Buffer.isBuffer(file)) return { content: Buffer.from(file), mode: '100644' }
  return { content: Buffer.from(file.content), mode: file.mode }
}

export function configureRepository(repository: HostedRepository, { collaborators, ...settings }: RepositorySettings) {
  Object.assign(repository.settings, settings)
  for (const [login, role] of Object.entries(collaborators ?? {})) {
    if (role === 'none') repository.collaborators.delete(login)
    else repository.collaborators.set(login, role)
  }
}

/** One write at a time, so that two that race are told apart as on GitHub: the second sees what the first did. */
export function inTurn<T>(repository: HostedRepository, write: () => Promise<T> | T): Promise<T> {
  const done = repository.lastWrite.then(write, write)
  repository.lastWrite = done.catch(() => {})
  return done
}

/** What GitHub would call the person's permission; public repositories are read by everybody. */
export function roleOf(repository: HostedRepository, login: string): Role | 'none' {
  if (login === repository.owner) return 'admin'
  return repository.collaborators.get(login) ?? (repository.settings.private ? 'none' : 'read')
}

export const mayWrite = (role: Role | 'none') => role === 'admin' || role === 'maintain' || role === 'write'

/** Moves a branch, and the heads of its open pull requests with it. */
export async function moveBranch(
  repository: HostedRepository,
  branch: string,
  to: string,
  from?: string,
): Promise<void> {
  await repository.git.setRef(`refs/heads/${branch}`, to, from)
  await afterPush(repository)
}

/** What GitHub does after any change of branches: `refs/pull/N/head` follows. */
export async function afterPush(repository: HostedRepository): Promise<void> {
  repository.pushedAt = new Date().toISOString()
  for (const pull of repository.pulls.values()) {
    const head = repository.git.branch(pull.head)
    const ref = `refs/pull/${pull.number}/head`
    if (pull.open && head && head !== repository.git.refs.get(ref)) {
      await repository.git.setRef(ref, head, repository.git.refs.get(ref))
    }
  }
}

/** Refuses what a ruleset of the branch forbids. */
export async function askRulesets(
  repository: HostedRepository,
  branch: string,
  rule: 'creation' | 'update' | 'deletion',
  to?: string,
): Promise<void> {
  for (const ruleset of repository.settings.rulesets.filter((each) => matchesBranch(each.branches, branch))) {
    const unsigned = ruleset.rule === 'signatures' && to && !(await repository.git.commit(to)).signature
    if (ruleset.rule !== rule && !unsigned) continue
    throw new Refusal(422, `Repository rule violations found\n\n${ruleset.message ?? RULE_MESSAGES[ruleset.rule]}\n\n`)
  }
}

const RULE_MESSAGES: Record<RulesetSeed['rule'], string> = {
  creation: 'Cannot create ref due to creations being restricted.',
  update: 'Cannot update this protected ref.',
  deletion: 'Cannot delete this protected ref.',
  signatures: 'Commits must have verified signatures.',
}

function matchesBranch(pattern: string, branch: string): boolean {
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  const source = literal.replaceAll('**', '\u0000').replaceAll('*', '[^/]*').replaceAll('\u0000', '.*')
  return new RegExp(`^${source}$`).test(branch)
}

/** Refuses a second open pull request of the same branches, and one without commits. */
export async function askPullRequest(repository: HostedRepository, head: string, base: string): Promise<void> {
  const headSha = repository.git.branch(head)
  const baseSha = repository.git.branch(base)
  if (!baseSha) throw invalid('PullRequest', { field: 'base', code: 'invalid' })
  if (!headSha) throw invalid('PullRequest', { field: 'head', code: 'invalid' })
  const taken = [...repository.pulls.values()].some((pull) => pull.open && pull.head === head && pull.base === base)
  const refuse = (message: string) => invalid('PullRequest', { code: 'custom', message })
  if (taken) throw refuse(`A pull request already exists for ${repository.owner}:${head}.`)
  if (await repository.git.isAncestor(headSha, baseSha)) throw refuse(`No commits between ${base} and ${head}`)
}
