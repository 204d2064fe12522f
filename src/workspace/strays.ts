// What a command left in a work tree where git does not look. Every step is checked to be a real folder first: a link
// in its place would lead our own hands out of the work tree.
import type { Dirent } from 'node:fs'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Removes from the folders of tracked files what neither `read-tree` nor `clean` sees: `.git` of any kind, pipes, sockets. */
export async function removeStrays(workTree: string, files: string[]): Promise<void> {
  const real = new Set<string>(['.'])
  await removeStraysIn(workTree, '.')
  for (const folder of foldersOf(files)) {
    if (!real.has(dirname(folder)) || !(await isRealFolder(join(workTree, folder)))) continue
    real.add(folder)
    await removeStraysIn(workTree, folder)
  }
}

/** Makes a path an empty folder, as a submodule that was not fetched is, whatever stands on the way to it. */
export async function emptyFolder(workTree: string, path: string): Promise<void> {
  for (const folder of foldersOf([path])) {
    const place = join(workTree, folder)
    if (await isRealFolder(place)) continue
    await rm(place, { recursive: true, force: true })
    await mkdir(place)
  }
  await rm(join(workTree, path), { recursive: true, force: true })
  await mkdir(join(workTree, path))
}

/** Every folder on the way to the files, outer ones first, without the root. */
function foldersOf(files: string[]): string[] {
  const folders = new Set<string>()
  for (const file of files) {
    for (let folder = dirname(file); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder)
  }
  return [...folders].sort((a, b) => a.length - b.length)
}

async function isRealFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function removeStraysIn(workTree: string, folder: string): Promise<void> {
  const entries = await readdir(join(workTree, folder), { withFileTypes: true })
  for (const entry of entries) {
    if (isStray(entry, folder)) await rm(join(workTree, folder, entry.name), { recursive: true, force: true })
  }
}

/** The decoy at the root is the commands' own. */
function isStray(entry: Dirent, folder: string): boolean {
  if (entry.name === '.git') return folder !== '.'
  return !entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()
}
