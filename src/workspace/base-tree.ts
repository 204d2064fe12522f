// What a checkout of a commit would write, looked at before anything is written: a repository of a few kilobytes can
// name the same folder ten times on ten levels, or hold files that pack a thousandfold.
import { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import { splitAtNul } from './names.ts'
import type { TreeEntry } from './objects.ts'
import { repositoryTooLarge } from './repository-faults.ts'

/** About a million files; the largest public repositories have half of that. */
const mostListBytes = 96 * 1024 * 1024
const mostTreeBytes = 16 * 1024 ** 3

/** Every file, link and submodule of the commit. Throws `invalid_input`/`repository_too_large`. */
export async function listBase(git: Git, gitDir: string, commit: string): Promise<TreeEntry[]> {
  const args = ['ls-tree', '-r', '-l', '-z', '--full-tree', commit]
  const output = await git.run(args, { gitDir, outputBytes: mostListBytes }).catch((thrown: unknown) => {
    if (thrown instanceof Fault && thrown.code === 'git_output_exceeded')
      throw repositoryTooLarge('about a million files')
    throw thrown
  })
  let bytes = 0
  const entries = splitAtNul(output).map((record) => {
    const tab = record.indexOf(0x09)
    const [mode = '', , sha = '', size = ''] = record.toString('latin1', 0, tab).split(/ +/)
    // A submodule has none.
    bytes += Number(size) || 0
    return { mode, sha, name: record.subarray(tab + 1) }
  })
  if (bytes > mostTreeBytes) throw repositoryTooLarge(`${mostTreeBytes / 1024 ** 3} GiB of files`)
  return entries
}
