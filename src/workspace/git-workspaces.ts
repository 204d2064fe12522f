// Work trees of runs. A run's folder holds what its commands may write (`tree`, `home`) beside what they may not:
// our git directory, which builds on the mirror's objects, and the decoy's clean copy.
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { listBase } from './base-tree.ts'
import { makeDecoy } from './decoy.ts'
import { createGit } from './git.ts'
import { openMirror } from './mirror.ts'
import { evictMirrors, sweepEvicted } from './mirror-cache.ts'
import { removeFolder } from './permissions.ts'
import { createWorkspace } from './run-workspace.ts'
import type { Workspaces } from './workspace.ts'

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
  const runs = join(root, 'runs')
  const git = createGit({ hostEnv, home })

  return {
    async open({ runId, commit, ...source }) {
      const folder = join(runs, safeRunId(runId))
      await mkdir(home, { recursive: true })
      const request = { ...source, commit: safeCommit(commit), usedAt: clock(), mostBytes: mirrorBytes }
      const mirror = await openMirror(git, mirrors, request)
      try {
        await removeFolder(folder)
        const base = await listBase(git, mirror.gitDir, commit)
        const decoy = makeDecoy(git, { gitDir: mirror.gitDir, commit, folder: join(folder, 'decoy') })
        // Looked at below; until then nobody would catch what it throws.
        decoy.catch(() => undefined)
        const workspace = await createWorkspace(git, {
          folder,
          decoy,
          objectsFrom: [join(mirror.gitDir, 'objects')],
          ...(mirror.shallow && { shallow: mirror.shallow }),
          baseCommit: commit,
          base,
          treeSha: commit,
        })
        return { ...workspace, close: () => workspace.close().finally(mirror.release) }
      } catch (thrown) {
        await removeFolder(folder).finally(mirror.release)
        throw thrown
      }
    },

    async sweep(alive) {
      const left = await readdir(runs).catch(() => [])
      for (const runId of left) if (!alive.has(runId)) await removeFolder(join(runs, runId))
      await sweepBorrowed(join(root, 'borrowed'), clock())
      await sweepEvicted(mirrors)
      await evictMirrors(mirrors, mirrorBytes)
    },
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
