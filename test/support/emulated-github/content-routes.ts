// Contents, branches, commits and comparisons, answered from the objects on disk.

import { type Answer, notFound, ok, Refusal, unprocessable } from './answer.ts'
import type { TreeEntry } from './bare-repository.ts'
import { describeCommit, describeFiles } from './commit-description.ts'
import { wantsRaw, wrapped } from './git-routes.ts'
import type { Json } from './json.ts'
import type { HostedRepository } from './repository.ts'
import { type Exchange, param, type Route, repositoryRoute } from './world.ts'

const READ = { access: 'read', permissions: ['contents'] } as const
// Above this the JSON form comes without content.
const LARGEST_INLINE = 1024 * 1024

export const contentRoutes: Route[] = [
  repositoryRoute('GET', '/contents', READ, contents),
  repositoryRoute('GET', '/contents/:path+', READ, contents),
  repositoryRoute('GET', '/branches', READ, listBranches),
  repositoryRoute('GET', '/branches/:branch+', READ, getBranch),
  repositoryRoute('GET', '/commits', READ, listCommits),
  repositoryRoute('GET', '/commits/:ref+/check-runs', { access: 'read', permissions: ['checks'] }, noChecks),
  repositoryRoute('GET', '/commits/:ref+/status', { access: 'read', permissions: ['statuses'] }, noStatuses),
  repositoryRoute('GET', '/commits/:ref+', READ, getCommit),
  repositoryRoute('GET', '/compare/:base\\.\\.\\.:head', READ, compare),
]

async function contents(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  if (repository.git.empty) throw new Refusal(404, 'This repository is empty.')
  const path = param(exchange, 'path').replace(/\/$/, '')
  const ref = exchange.request.query.get('ref') ?? repository.settings.defaultBranch
  const commit = await repository.git.resolve(ref)
  if (!commit) throw new Refusal(404, `No commit found for the ref ${ref}`)
  const [entry] = path ? await repository.git.tree(commit, { path }) : []
  if (path && !entry) throw notFound()
  if (!entry || entry.type === 'tree') return ok(await folder(exchange, repository, entry?.sha ?? commit, path, ref))
  return file(exchange, repository, entry, ref)
}

async function folder(exchange: Exchange, repository: HostedRepository, treeish: string, path: string, ref: string) {
  const entries = await repository.git.tree(treeish)
  const below = (entry: TreeEntry) => ({ ...entry, path: path ? `${path}/${entry.path}` : entry.path })
  return entries.map((entry) => describeEntry(exchange, repository, below(entry), ref))
}

async function file(exchange: Exchange, repository: HostedRepository, entry: TreeEntry, ref: string): Promise<Answer> {
  const described = describeEntry(exchange, repository, entry, ref)
  if (entry.type === 'commit') return ok({ ...described, submodule_git_url: null })
  const content = await repository.git.blob(entry.sha)
  if (wantsRaw(exchange))
    return { status: 200, body: content, headers: { 'content-type': 'application/vnd.github.raw' } }
  if (entry.mode === '120000') return ok({ ...described, target: content.toString() })
  const inline = content.length <= LARGEST_INLINE
  return ok({ ...described, content: inline ? wrapped(content) : '', encoding: inline ? 'base64' : 'none' })
}

function describeEntry({ world }: Exchange, { fullName }: HostedRepository, entry: TreeEntry, ref: string): Json {
  const encoded = entry.path.split('/').map(encodeURIComponent).join('/')
  const type = entry.type === 'tree' ? 'dir' : entry.type === 'commit' ? 'submodule' : 'file'
  const at = `${world.url}/repos/${fullName}`
  return {
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    type: entry.mode === '120000' ? 'symlink' : type,
    url: `${at}/contents/${encoded}?ref=${ref}`,
    git_url: `${at}/git/${entry.type}s/${entry.sha}`,
    html_url: `${world.url}/${fullName}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${encoded}`,
    download_url: null,
  }
}

async function listBranches(_: Exchange, repository: HostedRepository): Promise<Answer> {
  const branches = [...repository.git.branches()]
  return ok(branches.map(([name, sha]) => ({ name, commit: { sha }, protected: isProtected(repository) })))
}

async function getBranch(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const name = param(exchange, 'branch')
  const sha = repository.git.branch(name)
  if (!sha) throw new Refusal(404, 'Branch not found')
  const commit = await describeCommit(exchange.world, repository, sha)
  return ok({ name, commit, protected: isProtected(repository) })
}

const isProtected = (repository: HostedRepository) => repository.settings.rulesets.length > 0

async function listCommits(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  if (repository.git.empty) throw new Refusal(409, 'Git Repository is empty.')
  const { query } = exchange.request
  const start = await repository.git.resolve(query.get('sha') ?? repository.settings.defaultBranch)
  if (!start) throw notFound()
  const size = Number(query.get('per_page') ?? 30)
  const skip = (Number(query.get('page') ?? 1) - 1) * size
  const paths = query.get('path') ? ['--', query.get('path') ?? ''] : []
  const author = query.get('author') ? ['--fixed-strings', `--author=<${query.get('author')}>`] : []
  const shas = await repository.git.text([
    'rev-list',
    ...author,
    `--max-count=${size}`,
    `--skip=${skip}`,
    start,
    ...paths,
  ])
  return ok(await describeAll(exchange, repository, shas))
}

function describeAll({ world }: Exchange, repository: HostedRepository, shas: string): Promise<Json[]> {
  return Promise.all(
    shas
      .split('\n')
      .filter(Boolean)
      .map((sha) => describeCommit(world, repository, sha)),
  )
}

async function getCommit(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  if (repository.git.empty) throw new Refusal(409, 'Git Repository is empty.')
  const ref = param(exchange, 'ref')
  const sha = await repository.git.resolve(ref)
  if (!sha) throw unprocessable(`No commit found for SHA: ${ref}`)
  if (exchange.request.headers.accept?.includes('.sha')) return { status: 200, body: Buffer.from(sha) }
  const described = await describeCommit(exchange.world, repository, sha)
  const { parents } = await repository.git.commit(sha)
  const files = await describeFiles(exchange.world, repository, parents[0] ?? EMPTY_TREE, sha)
  const sum = (key: string) => files.reduce((total, each) => total + Number(each[key]), 0)
  const stats = { additions: sum('additions'), deletions: sum('deletions'), total: sum('changes') }
  return ok({ ...described, stats, files })
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

async function noChecks(): Promise<Answer> {
  return ok({ total_count: 0, check_runs: [] })
}

async function noStatuses(): Promise<Answer> {
  return ok({ state: 'pending', statuses: [], total_count: 0 })
}

async function compare(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { git } = repository
  const base = await git.resolve(param(exchange, 'base'))
  const head = await git.resolve(param(exchange, 'head'))
  if (!base || !head) throw notFound()
  const mergeBase = await git.text(['merge-base', base, head]).catch(() => '')
  if (!mergeBase) throw notFound()
  const count = async (range: string) => Number(await git.text(['rev-list', '--count', range]))
  const [ahead, behind] = [await count(`${base}..${head}`), await count(`${head}..${base}`)]
  return ok({
    status: ahead && behind ? 'diverged' : ahead ? 'ahead' : behind ? 'behind' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    base_commit: await describeCommit(exchange.world, repository, base),
    merge_base_commit: await describeCommit(exchange.world, repository, mergeBase),
    commits: await describeAll(exchange, repository, await git.text(['rev-list', '--reverse', `${base}..${head}`])),
    files: await describeFiles(exchange.world, repository, mergeBase, head),
  })
}
