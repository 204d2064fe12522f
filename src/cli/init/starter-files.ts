// Files in somebody's clone: written where nothing is, left alone where something is, and never through a link.
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../errors.ts'

export interface StarterFile {
  /** From the root of the repository. */
  path: string
  content: string
}

/** Answers in one line what was done. Throws `invalid_input`/`path_is_link` where a link would lead somewhere else. */
export async function leaveFile(
  root: string,
  { path, content }: StarterFile,
  { force, dryRun }: { force: boolean; dryRun: boolean },
): Promise<string> {
  await refuseLinks(root, path)
  const there = await textOf(join(root, path))
  if (there === content) return `${path} is there already, just like this.`
  if (there !== undefined && !force) return `${path} is there already and was left as it is; --force replaces it.`
  if (dryRun) return `Would ${there === undefined ? 'write' : 'replace'} ${path}.`
  await replace(join(root, path), content)
  return `${there === undefined ? 'Wrote' : 'Replaced'} ${path}.`
}

/** A repository that was cloned may hold links to anywhere. */
async function refuseLinks(root: string, path: string): Promise<void> {
  let at = root
  for (const name of path.split('/')) {
    at = join(at, name)
    const found = await lstat(at).catch(absent)
    if (found === undefined) return
    if (found.isSymbolicLink())
      throw new Fault('invalid_input', 'path_is_link', `${at} is a link, and files are not written through links.`, {
        mend: 'Put a folder in its place.',
      })
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(absent)
}

/** Whole or not at all. */
async function replace(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}`
  await writeFile(beside, content, { flag: 'wx' })
  await rename(beside, file)
}

function absent(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown
  return undefined
}
