// Reading git's objects: trees as lists, blobs as bytes, differences as records.
import { isUtf8 } from 'node:buffer'
import { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import { splitAtNul } from './names.ts'

export interface TreeEntry {
  /** `100644`, `100755`, `120000` (symbolic link) or `160000` (submodule). */
  mode: string
  sha: string
  /** Bytes: a name need not be UTF-8. */
  name: Buffer
}

export interface TreeDifference {
  name: Buffer
  /** Git's letter: A, D, M, or T where a file became a link or the reverse. */
  status: string
  oldMode: string
  newMode: string
  oldSha: string
  newSha: string
  addedLines: number
  removedLines: number
  binary: boolean
}

export const submoduleMode = '160000'

/** Every file, link and submodule of a tree or commit. */
export async function listTree(git: Git, gitDir: string, treeish: string): Promise<TreeEntry[]> {
  const output = await git.run(['ls-tree', '-r', '-z', '--full-tree', treeish], { gitDir })
  return splitAtNul(output).map((record) => {
    const tab = record.indexOf(0x09)
    const [mode = '', , sha = ''] = record.toString('latin1', 0, tab).split(' ')
    return { mode, sha, name: record.subarray(tab + 1) }
  })
}

/** What differs between two trees; a rename is a deletion and an addition. */
export async function compareTrees(git: Git, gitDir: string, from: string, to: string): Promise<TreeDifference[]> {
  const flags = ['-r', '-z', '--raw', '--numstat', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv']
  const parts = splitAtNul(await git.run(['diff-tree', ...flags, from, to, '--'], { gitDir }))
  const differences = new Map<string, TreeDifference>()
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? Buffer.alloc(0)
    if (part[0] === 0x3a) {
      at += 1
      const name = parts[at] ?? Buffer.alloc(0)
      differences.set(name.toString('latin1'), readRaw(part.toString('latin1'), name))
    } else {
      addCounts(differences, part)
    }
  }
  return [...differences.values()]
}

/** The bytes of blobs, in the order asked; one process for all. */
export async function readBlobs(git: Git, gitDir: string, shas: string[]): Promise<Buffer[]> {
  if (shas.length === 0) return []
  const output = await git.run(['cat-file', '--batch'], { gitDir, input: shas.map((sha) => `${sha}\n`).join('') })
  let at = 0
  return shas.map((sha) => {
    const headEnd = output.indexOf(0x0a, at)
    const [, kind, size] = output.toString('latin1', at, headEnd).split(' ')
    if (kind !== 'blob') throw new Fault('infrastructure', 'object_missing', `Git has no file content ${sha}.`)
    const start = headEnd + 1
    at = start + Number(size) + 1
    return output.subarray(start, start + Number(size))
  })
}

/** True for what can be shown and kept as text. */
export function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0)
}

const lfsHead = Buffer.from('version https://git-lfs.github.com/spec/v1\n')

/** True for the few lines that stand in for a file kept by Git LFS. */
export function isLfsPointer(content: Buffer): boolean {
  return content.length < 1024 && content.subarray(0, lfsHead.length).equals(lfsHead)
}

function readRaw(record: string, name: Buffer): TreeDifference {
  const [oldMode = '', newMode = '', oldSha = '', newSha = '', status = ''] = record.slice(1).split(' ')
  return { name, status, oldMode, newMode, oldSha, newSha, addedLines: 0, removedLines: 0, binary: false }
}

function addCounts(differences: Map<string, TreeDifference>, record: Buffer): void {
  const [added = '', removed = ''] = record.toString('latin1').split('\t', 2)
  const name = record.toString('latin1', added.length + removed.length + 2)
  const difference = differences.get(name)
  if (!difference) return
  difference.binary = added === '-'
  difference.addedLines = difference.binary ? 0 : Number(added)
  difference.removedLines = difference.binary ? 0 : Number(removed)
}
