// Work trees of runs. A run's folder holds what its commands may write (`tree`, `home`) beside what they may not:
// our git directory, which builds on the mirror's objects, and the decoy's clean copy.
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { listBase } from './base-tree.ts'
import { makeDecoy } from './decoy.ts'
import { eachInTurn } from './each-in-turn.ts'
import { createGit, type Git } from './git.ts'
import { type Mirror, openMirror } from './mirror.ts'
import { evictMirrors, sweepEvicted } from './mirror-cache.ts'
import { removeFolder } from './permissions.ts'
import { type RunFolder, sweepRunFolders, takeRunFolder } from './run-folder.ts'
import { createWorkspace, type WorkspaceOptions } from './run-workspace.ts'
import type { Workspace, Workspaces } from './workspace.ts'

export interface GitWorkspacesOptions {
  /** Absolute; the data folder. `mirrors` and `runs` are ours in it. */
  root: string
  /** Of which only programs' places, certificates and proxies reach git. */
  hostEnv: Record<string, string | undefined>
  /** Of all mirrors together; default 20 GiB. */
  mirrorBytes?: number
  /** For the mirrors' times of last use; default the machine's. */
  clock?: () => Date
}

const defaultMirrorBytes = 20 * 1024 ** 3
/** Nobody looks at a user's repository for longer. */
const borrowedMs = 24 * 3_600_000

export function createGitWorkspaces(options: GitWorkspacesOptions): Workspaces {
  const { root, hostEnv, mirrorBytes = defaultMirrorBytes, clock = () => new Date() } = options
  const mirrors = join(root, 'mirrors')
  const home = join(root, 'git-home')
  const git = createGit({ hostEnv, home })

  return {
    async open({ runId, commit, ...source }) {
      const name = safeRunId(runId)
      await mkdir(home, { recursive: true })
      const request = { ...source, commit: safeCommit(commit), usedAt: clock(), mostBytes: mirrorBytes }
      const mirror = await openMirror(git, mirrors, request)
      try {
        const base = await listBase(git, mirror.gitDir, commit)
        return await workIn(git, await takeRunFolder(root, name), { mirror, base, commit })
      } catch (thrown) {
        mirror.release()
        throw thrown
      }
    },

    async sweep() {
      await eachInTurn([
        () => sweepRunFolders(root),
        () => sweepBorrowed(join(root, 'borrowed'), clock()),
        () => sweepEvicted(mirrors),
        () => evictMirrors(mirrors, mirrorBytes),
      ])
    },
  }
}

interface Base {
  mirror: Mirror
  base: WorkspaceOptions['base']
  commit: string
}

async function workIn(git: Git, folder: RunFolder, { mirror, base, commit }: Base): Promise<Workspace> {
  const { path } = folder
  try {
    const decoy = makeDecoy(git, { gitDir: mirror.gitDir, commit, folder: join(path, 'decoy') })
    // Looked at below; until then nobody would catch what it throws.
    decoy.catch(() => undefined)
    const workspace = await createWorkspace(git, {
      folder: path,
      decoy,
      objectsFrom: [join(mirror.gitDir, 'objects')],
      ...(mirror.shallow && { shallow: mirror.shallow }),
      baseCommit: commit,
      base,
      treeSha: commit,
    })
    // Once: later the folder may be another's.
    let closing: Promise<void> | undefined
    const close = () => workspace.close().finally(folder.release).finally(mirror.release)
    return { ...workspace, close: () => (closing ??= close()) }
  } catch (thrown) {
    await removeFolder(path).finally(folder.release)
    throw thrown
  }
}

/** Folders of processes that died while they looked at a user's repository. */
async function sweepBorrowed(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found !== undefined && now.getTime() - found.mtimeMs > borrowedMs) await removeFolder(join(folder, name))
  }
}

function safeRunId(runId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(runId)) return runId
  throw new Fault('defect', 'bad_run_id', 'A run id must be a plain name.', { data: { runId } })
}

/** A short or symbolic name would mean something else tomorrow. */
function safeCommit(commit: string): string {
  if (/^[0-9a-f]{40}$/.test(commit)) return commit
  throw new Fault('invalid_input', 'commit_missing', `\`${commit}\` is not a commit's full SHA.`, {
    mend: 'Name the commit by its 40 hexadecimal digits.',
  })
}
