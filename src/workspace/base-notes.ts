// What a reader should know about a repository before trusting a result: parts of it that are not in the work tree.
import type { Git } from './git.ts'
import { decodeName, listNames, showName } from './names.ts'
import type { TreeEntry } from './objects.ts'
import { isLfsPointer, readBlobs, submoduleMode } from './objects.ts'

/** Pointers are about 130 bytes; anything larger is a file. */
const pointerBytes = 1024

/** One line for each kind of thing that is missing. */
export async function baseNotes(git: Git, gitDir: string, entries: TreeEntry[]): Promise<string[]> {
  const submodules = entries.filter(({ mode }) => mode === submoduleMode).map(({ name }) => showName(name))
  const undecodable = entries.filter(({ name }) => decodeName(name) === undefined).map(({ name }) => showName(name))
  const pointers = await lfsPointers(git, gitDir, entries)
  return [
    ...note(submodules, 'Submodules were not fetched, their folders are empty'),
    ...note(pointers, 'Files kept by Git LFS were not fetched, pointers stand in their place'),
    ...note(undecodable, 'Files whose names are not UTF-8 are left as they are'),
  ]
}

function note(names: string[], what: string): string[] {
  return names.length === 0 ? [] : [`${what}: ${listNames(names)}.`]
}

/** Blobs are read only where the attributes speak of LFS at all, and only small ones. */
async function lfsPointers(git: Git, gitDir: string, entries: TreeEntry[]): Promise<string[]> {
  const attributes = entries.filter(
    ({ name, mode }) => mode !== submoduleMode && /(^|\/)\.gitattributes$/.test(`${name}`),
  )
  const texts = await readBlobs(
    git,
    gitDir,
    attributes.map(({ sha }) => sha),
  )
  if (!texts.some((text) => text.includes('filter=lfs'))) return []
  const files = entries.filter(({ mode }) => mode.startsWith('100'))
  const sizes = await blobSizes(git, gitDir, files)
  const small = files.filter((_, at) => (sizes[at] ?? pointerBytes) < pointerBytes)
  const contents = await readBlobs(
    git,
    gitDir,
    small.map(({ sha }) => sha),
  )
  return small.filter((_, at) => isLfsPointer(contents[at] ?? Buffer.alloc(0))).map(({ name }) => showName(name))
}

async function blobSizes(git: Git, gitDir: string, entries: TreeEntry[]): Promise<number[]> {
  const input = entries.map(({ sha }) => `${sha}\n`).join('')
  const output = await git.run(['cat-file', '--batch-check=%(objectsize)'], { gitDir, input })
  return output.toString('latin1').trim().split('\n').map(Number)
}
