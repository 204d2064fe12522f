// The user's own repository. It is only ever looked at through a git directory of ours that borrows its objects: its
// configuration could name programs, and a clone from elsewhere is not more trusted for lying on this machine.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { originOf, resolveBase, uncommittedPaths } from './describe-local.ts'
import { describeRemote } from './describe-remote.ts'
import { createGit } from './git.ts'
import { keepBranch } from './keep-branch.ts'
import type { LocalRepositories } from './local-repositories.ts'
import type { Located } from './located.ts'
import { locateRepository, withBorrowedFolder } from './located.ts'

export interface LocalRepositoriesOptions {
  /** Absolute; the data folder. */
  root: string
  hostEnv: Record<string, string | undefined>
  /** For the commits' times; default the machine's. */
  clock?: () => Date
}

export function createGitLocalRepositories(options: LocalRepositoriesOptions): LocalRepositories {
  const { root, hostEnv, clock = () => new Date() } = options
  const home = join(root, 'git-home')
  const git = createGit({ hostEnv, home })

  const locate = async (path: string) => {
    await mkdir(home, { recursive: true })
    return locateRepository(git, path)
  }
  const borrow = <T>(located: Located, work: (gitDir: string) => Promise<T>) => withBorrowedFolder(root, located, work)

  return {
    async describeLocal(path, base) {
      const located = await locate(path)
      const { baseBranch, baseCommit } = await resolveBase(git, located.gitDir, base)
      const remoteUrl = await originOf(git, located.gitDir)
      return {
        root: located.workTree ?? located.gitDir,
        baseBranch,
        baseCommit,
        uncommitted: await borrow(located, (gitDir) => uncommittedPaths(git, located, gitDir)),
        ...(remoteUrl !== undefined && { remoteUrl }),
      }
    },
    async describeRemote(url, base, env = {}) {
      await mkdir(home, { recursive: true })
      return describeRemote(git, { url, base, env })
    },
    async keepBranch(request) {
      const located = await locate(request.repository)
      return borrow(located, (gitDir) => keepBranch(git, { ...request, located, gitDir, date: clock() }))
    },
  }
}
