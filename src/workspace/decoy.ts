// The `.git` that commands of the repository see: for suites that ask git what changed or which version this is.
// It is worthless: one commit, no remote, no credential. We never read it again once a command may have written it.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from './git.ts'
import { exactBytes } from './git-folder.ts'
import { readTree } from './tree.ts'

const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
[user]
\tname = Draftsmith
\temail = draftsmith@localhost
[gc]
\tauto = 0
`

export interface DecoySource {
  /** A git directory that has the commit. */
  gitDir: string
  commit: string
  /** Absolute; made here. Kept outside every work tree, so that each copy starts clean. */
  folder: string
}

/** A shallow clone of one commit, ready to be copied into work trees by `placeDecoy`; its folder. */
export async function makeDecoy(git: Git, { gitDir, commit, folder }: DecoySource): Promise<string> {
  await Promise.all(
    ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags', 'info'].map((sub) =>
      mkdir(join(folder, sub), { recursive: true }),
    ),
  )
  await Promise.all([
    writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n'),
    writeFile(join(folder, 'refs/heads/main'), `${commit}\n`),
    writeFile(join(folder, 'shallow'), `${commit}\n`),
    writeFile(join(folder, 'config'), config),
    writeFile(join(folder, 'info/attributes'), exactBytes),
  ])
  // Deltas are taken over, not looked for: the pack lives no longer than the run.
  const pack = ['pack-objects', '--quiet', '--revs', '--shallow', '--window=0', join(folder, 'objects/pack/pack')]
  // Written here from its first byte: half a pack in the source would be somebody else's leftover to clear away.
  const env = { GIT_OBJECT_DIRECTORY: join(folder, 'objects'), GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(gitDir) }
  await git.run(pack, { gitDir, env, input: `--shallow ${commit}\n${commit}\n` })
  await readTree(git, [commit], { gitDir, env: { GIT_INDEX_FILE: join(folder, 'index') } })
  return folder
}

/** The variable's own quoting: without it a colon in the path would end the entry. */
function quoted(gitDir: string): string {
  return JSON.stringify(join(gitDir, 'objects'))
}

/** Puts a clean copy into a work tree that no command has seen yet. */
export async function placeDecoy(folder: string, workTree: string): Promise<void> {
  const target = join(workTree, '.git')
  await rm(target, { recursive: true, force: true })
  await cp(folder, target, { recursive: true })
}
