// Work trees of runs. A run's folder holds what its commands may write (`tree`, `home`) beside what they may not:
// our git directory, which builds on the mirror's objects, and the decoy's clean copy.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { listBase } from './base-tree.ts'
import { makeDecoy } from './decoy.ts'
import { createGit } from './git.ts'
import { openMirror } from './mirror.ts'
import { removeFolder } from './permissions.ts'
import { createWorkspace } from './run-workspace.ts'
import type { Workspaces } from './workspace.ts'

export interface GitWorkspacesOptions {
  /** Absolute; the data folder. `mirrors` and `runs` are ours in it. */
  root: string
  /** Of which only programs' places, certificates and proxies reach git. */
  hostEnv: Record<string, string | undefined>
  /** For the mirrors' times of last use; default the machine's. */
  clock?: () => Date
}

export function createGitWorkspaces({ root, hostEnv, clock = () => new Date() }: GitWorkspacesOptions): Workspaces {
  const home = join(root, 'git-home')
  const runs = join(root, 'runs')
  const git = createGit({ hostEnv, home })

  return {
    async open({ runId, commit, ...source }) {
      const folder = join(runs, safeRunId(runId))
      await mkdir(home, { recursive: true })
      const request = { ...source, commit: safeCommit(commit), usedAt: clock() }
      const mirror = await openMirror(git, join(root, 'mirrors'), request)
      await removeFolder(folder)
      try {
        const base = await listBase(git, mirror.gitDir, commit)
        const decoy = join(folder, 'decoy')
        await makeDecoy(git, { gitDir: mirror.gitDir, commit, folder: decoy })
        return await createWorkspace(git, {
          folder,
          decoy,
          objectsFrom: [join(mirror.gitDir, 'objects')],
          ...(mirror.shallow && { shallow: mirror.shallow }),
          baseCommit: commit,
          base,
          treeSha: commit,
        })
      } catch (thrown) {
        await removeFolder(folder)
        throw thrown
      }
    },

    async sweep(alive) {
      const left = await readdir(runs).catch(() => [])
      for (const runId of left) if (!alive.has(runId)) await removeFolder(join(runs, runId))
    },
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
