// What a run in a user's clone starts from, and which of the user's work it does not see.
import { copyFile, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import type { Located } from './located.ts'
import { showName, splitAtNul } from './names.ts'
import { repositoryEmpty, unknownBase } from './repository-faults.ts'

/** The commit to start from. Throws `invalid_input`: `repository_empty`, `unknown_base`. */
export async function resolveBase(git: Git, gitDir: string, base: string | undefined) {
  const head = await commitOf(git, gitDir, 'HEAD')
  if (base === undefined) {
    if (head === undefined) throw await emptyOrUnborn(git, gitDir)
    return { baseBranch: (await branchOf(git, gitDir, 'HEAD')) ?? 'HEAD', baseCommit: head }
  }
  for (const name of [base, `refs/remotes/origin/${base}`]) {
    const baseCommit = await commitOf(git, gitDir, name)
    if (baseCommit !== undefined) return { baseBranch: (await branchOf(git, gitDir, name)) ?? base, baseCommit }
  }
  throw (await hasCommits(git, gitDir)) ? unknownBase(base) : repositoryEmpty()
}

async function commitOf(git: Git, gitDir: string, name: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  const result = await git.attempt(args, { gitDir })
  return result.ok ? result.stdout.toString('latin1').trim() : undefined
}

/** The short name of the branch, also of one of `origin`'s; undefined for anything else. */
async function branchOf(git: Git, gitDir: string, name: string): Promise<string | undefined> {
  const args = ['rev-parse', '--symbolic-full-name', '--verify', '--quiet', '--end-of-options', name]
  const result = await git.attempt(args, { gitDir })
  const [, branch] = /^refs\/(?:heads|remotes\/origin)\/(.+)$/m.exec(result.stdout.toString('utf8')) ?? []
  return branch
}

async function hasCommits(git: Git, gitDir: string): Promise<boolean> {
  return (await git.run(['for-each-ref', '--count=1'], { gitDir })).length > 0
}

async function emptyOrUnborn(git: Git, gitDir: string): Promise<Fault> {
  return (await hasCommits(git, gitDir)) ? unknownBase('HEAD') : repositoryEmpty()
}

/** Where `origin` fetches from; undefined when there is none. */
export async function originOf(git: Git, gitDir: string): Promise<string | undefined> {
  const result = await git.attempt(['config', '--local', '--no-includes', '--get', 'remote.origin.url'], { gitDir })
  const url = result.stdout.toString('utf8').trim()
  return url === '' ? undefined : withoutCredentials(url)
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1')
}

/**
 * What `git status` would show, from a copy of the index: no filter and no file system monitor that the repository
 * configures is run, and the user's index is not written.
 */
export async function uncommittedPaths(git: Git, located: Located, gitDir: string): Promise<string[]> {
  if (located.workTree === undefined) return []
  await copyIndex(located, gitDir)
  const place = { gitDir, workTree: located.workTree }
  // A moved time is no change: this compares contents where times differ.
  await git.attempt(['update-index', '-q', '--refresh', '--ignore-submodules'], place)
  const head = await commitOf(git, located.gitDir, 'HEAD')
  const staged = head === undefined ? ['ls-files', '-z'] : ['diff-index', '--cached', '-z', '--name-only', head]
  const questions = [
    staged,
    ['diff-files', '-z', '--name-only', '--ignore-submodules=all'],
    ['ls-files', '-z', '--others', '--exclude-standard', '--directory', '--no-empty-directory'],
  ]
  const answers = await Promise.all(questions.map((args) => git.run(args, place)))
  const names = answers.flatMap((answer) => splitAtNul(answer).map(showName))
  return [...new Set(names)].sort()
}

/**
 * A split index keeps most of itself in further files beside it. The copy must not look newer than the original: git
 * compares the content of a file only if its time is not older than the index's.
 */
async function copyIndex(located: Located, gitDir: string): Promise<void> {
  const names = await readdir(located.gitDir)
  const parts = names.filter((name) => name === 'index' || name.startsWith('sharedindex.'))
  await Promise.all(parts.map((name) => copyWithTime(join(located.gitDir, name), join(gitDir, name))))
  const excludes = join(located.commonDir, 'info/exclude')
  await copyFile(excludes, join(gitDir, 'info/exclude')).catch(() => undefined)
}

/** Whole seconds, downwards: finer parts would be rounded, and a little older is always safe. */
async function copyWithTime(from: string, to: string): Promise<void> {
  const seconds = Math.floor((await stat(from)).mtimeMs / 1000)
  await copyFile(from, to)
  await utimes(to, seconds, seconds)
}
