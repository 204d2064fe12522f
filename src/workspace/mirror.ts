// One bare mirror a repository, shared by all its runs: what was fetched once is never fetched again.
import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Git, GitResult } from './git.ts'
import { gitReason } from './git.ts'
import { layOutGitFolder } from './git-folder.ts'
import { withLock } from './lock.ts'
import { evictMirrors, holdMirror } from './mirror-cache.ts'
import { boundPacks } from './mirror-upkeep.ts'
import { cloneFailed, commitMissing, repositoryEmpty } from './repository-faults.ts'

export interface MirrorRequest {
  repositoryKey: string
  /** Absolute path or URL, without credentials. */
  url: string
  /** For the fetch alone; secret. */
  env: Record<string, string>
  /** 40 hexadecimal digits. */
  commit: string
  usedAt: Date
  /** Of all mirrors together; those that nobody uses go when there are more. */
  mostBytes: number
  signal?: AbortSignal
}

export interface Mirror {
  /** Absolute; bare. Its `objects` are what the runs' git directories build on. */
  gitDir: string
  /** Its `shallow` file, where it came from a shallow clone. */
  shallow: string | undefined
  /** From then on it may be evicted; more than once does no harm. */
  release(): void
}

/** Long enough for a large repository on a slow line; a connection that stands still is given up after a minute. */
const fetchTimeoutMs = 30 * 60_000

/**
 * The mirror with the commit in it, and with its whole history, so that merge bases and blame are right.
 * Throws `invalid_input`/`commit_missing` or `repository_empty`, `infrastructure`/`clone_failed` or `git_server_unreachable`.
 */
export async function openMirror(git: Git, root: string, request: MirrorRequest): Promise<Mirror> {
  const folder = join(root, folderName(request.repositoryKey))
  const gitDir = join(folder, 'repository.git')
  const release = await holdMirror(folder)
  try {
    const isNew = !(await hasCommit(git, gitDir, request.commit))
    if (isNew) await withLock(join(folder, 'lock'), () => refresh(git, gitDir, request), request.signal)
    // The time of last use, by which old mirrors can be told from busy ones.
    await utimes(folder, request.usedAt, request.usedAt)
    if (isNew) await evictMirrors(root, request.mostBytes)
    return { gitDir, shallow: await readFile(join(gitDir, 'shallow'), 'utf8').catch(() => undefined), release }
  } catch (thrown) {
    release()
    throw thrown
  }
}

/** Alone with the mirror. Another one may have fetched the commit while this one waited. */
async function refresh(git: Git, gitDir: string, request: MirrorRequest): Promise<void> {
  if (await hasCommit(git, gitDir, request.commit)) return
  if (!(await exists(join(gitDir, 'config')))) await layOutGitFolder(gitDir, { bare: true })
  await removeLeftovers(gitDir)
  await fetchCommit(git, gitDir, request)
  await boundPacks(git, gitDir)
}

/** Of a fetch whose process was killed: half a pack takes room for ever, and a lock of git's stops every fetch after it. */
async function removeLeftovers(gitDir: string): Promise<void> {
  const packs = join(gitDir, 'objects/pack')
  const halves = (await readdir(packs)).filter((name) => /^(tmp_|\.tmp-)/.test(name)).map((name) => join(packs, name))
  const refs = join(gitDir, 'refs')
  const locks = (await readdir(refs, { recursive: true })).filter((name) => name.endsWith('.lock'))
  const own = ['packed-refs.lock', 'shallow.lock', 'config.lock', 'HEAD.lock'].map((name) => join(gitDir, name))
  for (const path of [...halves, ...own, ...locks.map((name) => join(refs, name))]) await rm(path, { force: true })
}

/** Where git may connect to: a path is read as a path, and everything else by HTTP. */
export function transportEnvironment(url: string): Record<string, string> {
  return { GIT_ALLOW_PROTOCOL: isAbsolute(url) ? 'file' : 'https:http' }
}

/** A path may belong to somebody else, such as a folder mounted into a container. Git asks again on the other side of a fetch. */
export const uploadPack = "--upload-pack=git -c 'safe.directory=*' upload-pack"

/** Readable, unique, and a plain name whatever the key holds. */
function folderName(repositoryKey: string): string {
  const readable = repositoryKey.replace(/[^A-Za-z0-9]+/g, '-').slice(-40)
  return `${readable.replace(/^-|-$/g, '')}-${createHash('sha256').update(repositoryKey).digest('hex').slice(0, 16)}`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Packs come whole or not at all (`fetch.unpackLimit`), so a commit that is here has its trees and its history. */
async function hasCommit(git: Git, gitDir: string, commit: string): Promise<boolean> {
  if (!(await exists(join(gitDir, 'HEAD')))) return false
  return (await git.attempt(['cat-file', '-e', `${commit}^{commit}`], { gitDir })).ok
}

async function fetchCommit(git: Git, gitDir: string, request: MirrorRequest): Promise<void> {
  const branches = '+refs/heads/*:refs/remotes/origin/*'
  const pinned = `+${request.commit}:refs/pinned/${request.commit}`
  const exact = await fetchRefs(git, gitDir, request, [branches, pinned])
  if (exact.ok) return
  // Some servers refuse a commit by its SHA, and an unknown one ends the whole fetch: the branches may have it.
  const all = await fetchRefs(git, gitDir, request, [branches])
  if (!all.ok) throw cloneFailed(gitReason(all.stderr))
  if (await hasCommit(git, gitDir, request.commit)) return
  throw (await hasBranches(git, gitDir)) ? commitMissing(request.commit) : repositoryEmpty()
}

function fetchRefs(git: Git, gitDir: string, request: MirrorRequest, refspecs: string[]): Promise<GitResult> {
  const flags = ['--quiet', '--no-tags', '--prune', '--force', '--no-recurse-submodules', '--no-write-fetch-head']
  // A user's clone may be shallow itself; it is taken as it is.
  const shallow = isAbsolute(request.url) ? ['--update-shallow', uploadPack] : []
  return git.attempt(['fetch', ...flags, ...shallow, '--', request.url, ...refspecs], {
    gitDir,
    env: { ...request.env, ...transportEnvironment(request.url) },
    timeoutMs: fetchTimeoutMs,
    ...(request.signal && { signal: request.signal }),
  })
}

async function hasBranches(git: Git, gitDir: string): Promise<boolean> {
  const refs = await git.run(['for-each-ref', '--count=1', 'refs/remotes/origin'], { gitDir })
  return refs.length > 0
}
