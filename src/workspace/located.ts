// Finding a user's repository, and looking at it without believing its configuration.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import { gitReason } from './git.ts'
import { layOutGitFolder } from './git-folder.ts'
import { removeFolder } from './permissions.ts'

/** Where the parts of a user's repository are. */
export interface Located {
  /** Absolute: top of the work tree; undefined for a bare repository. */
  workTree: string | undefined
  gitDir: string
  /** Another folder than `gitDir` in a linked work tree: where objects and branches are. */
  commonDir: string
}

/** Throws `invalid_input`: `not_a_repository`, `unsupported_repository`. */
export async function locateRepository(git: Git, path: string): Promise<Located> {
  const ask = (...args: string[]) => git.attempt(['-C', path, 'rev-parse', ...args])
  const folders = await ask('--path-format=absolute', '--git-dir', '--git-common-dir', '--show-object-format')
  if (!folders.ok) throw notARepository(path, gitReason(folders.stderr))
  const [gitDir = '', commonDir = '', format] = folders.stdout.toString('utf8').split('\n')
  if (format !== 'sha1') throw unsupported(path, `its object format is ${format}`)
  const top = await ask('--show-toplevel')
  return { gitDir, commonDir, workTree: top.ok ? top.stdout.toString('utf8').replace(/\n$/, '') : undefined }
}

/** A git directory of ours, for as long as `work` takes, that sees the repository's objects and nothing else of it. */
export async function withBorrowedFolder<T>(
  root: string,
  located: Located,
  work: (gitDir: string) => Promise<T>,
): Promise<T> {
  await mkdir(join(root, 'borrowed'), { recursive: true })
  const gitDir = await mkdtemp(join(root, 'borrowed', 'git-'))
  try {
    await layOutGitFolder(gitDir, { bare: true, objectsFrom: [join(located.commonDir, 'objects')] })
    return await work(gitDir)
  } finally {
    await removeFolder(gitDir)
  }
}

function notARepository(path: string, reason: string): Fault {
  return new Fault('invalid_input', 'not_a_repository', `${path} is not a git repository.`, {
    mend: 'Name a folder inside a clone, or run `git init` and commit there.',
    data: { reason },
  })
}

function unsupported(path: string, why: string): Fault {
  return new Fault('invalid_input', 'unsupported_repository', `${path} cannot be worked on: ${why}.`, {
    mend: 'Use a repository with the object format sha1, which is the default.',
  })
}
