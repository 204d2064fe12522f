// From a model's words to a file inside the tree, or why not. Nothing is followed: every component is looked at.
import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Refusal } from './work-tree.ts'

export interface TreePath {
  kind: 'path'
  /** Relative, POSIX, NFC: what rules are asked about and people are told. */
  path: string
  absolute: string
  /** What stands there now. */
  found: 'file' | 'nothing'
}

interface Entry {
  name: string
  kind: 'file' | 'folder' | 'link' | 'other' | 'nothing'
}

/** Folders already looked at; for one pass over many files while nothing else writes. */
export type SeenFolders = Map<string, Entry>

export function resolveInTree(root: string, given: string, seen: SeenFolders = new Map()): TreePath | Refusal {
  const parts = partsOf(given)
  if (!Array.isArray(parts)) return parts
  const path = parts.join('/').normalize('NFC')

  let absolute = root
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1
    const here = last ? entryAt(absolute, part) : folderAt(absolute, part, seen)
    absolute = join(absolute, here.name)
    if (here.kind === 'nothing') {
      const rest = parts.slice(index + 1).map((name) => name.normalize('NFC'))
      return { kind: 'path', path, absolute: join(absolute, ...rest), found: 'nothing' }
    }
    if (here.kind === 'link') return refuse('symbolic_link', `${path} is, or lies behind, a symbolic link.`)
    if (last && here.kind !== 'file') return refuse('not_a_file', `${path} is not a file.`)
    if (!last && here.kind !== 'folder')
      return refuse('not_a_file', `${parts.slice(0, index + 1).join('/')} is not a folder.`)
  }
  return { kind: 'path', path, absolute, found: 'file' }
}

export function refuse(rule: string, message: string): Refusal {
  return { kind: 'refused', rule, message }
}

function partsOf(given: string): string[] | Refusal {
  const shown = JSON.stringify(given.slice(0, 200))
  if (given === '' || given.includes('\0') || given.includes('\\'))
    return refuse('outside_work_tree', `${shown} is not a path in the work tree.`)
  if (given.startsWith('/'))
    return refuse('outside_work_tree', `${shown} is absolute. Paths are relative to the work tree.`)
  const parts = given.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || parts.includes('..')) return refuse('outside_work_tree', `${shown} leaves the work tree.`)
  if (parts.some((part) => part.normalize('NFKC').toLowerCase() === '.git'))
    return refuse('git_folder', `${shown} belongs to git.`)
  return parts
}

function folderAt(folder: string, name: string, seen: SeenFolders): Entry {
  const key = join(folder, name)
  const known = seen.get(key) ?? entryAt(folder, name)
  seen.set(key, known)
  return known
}

/** The entry under the given spelling, else under its NFC spelling: a name may be stored decomposed. */
function entryAt(folder: string, name: string): Entry {
  for (const spelling of new Set([name, name.normalize('NFC'), name.normalize('NFD')])) {
    const stats = lstatOf(join(folder, spelling))
    if (!stats) continue
    const kind = stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other'
    return { name: spelling, kind }
  }
  return { name: name.normalize('NFC'), kind: 'nothing' }
}

/** At once, as files are read: see the work tree. */
function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
