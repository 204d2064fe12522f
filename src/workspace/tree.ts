// Between a work tree, in which a command of the repository may have done anything, and an index that is ours.
// Only plumbing is used: `git add` would follow nested repositories and run what a repository configures.
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import type { Git, GitCall } from './git.ts'
import { gitReason } from './git.ts'
import { decodeName, joinWithNul, namesGitDirectory, showName, splitAtNul } from './names.ts'
import { submoduleMode } from './objects.ts'
import { emptyFolder, removeStrays } from './strays.ts'

export interface TreePlace {
  /** Absolute; ours, outside the work tree. Its `index` remembers what the work tree looked like. */
  gitDir: string
  workTree: string
  /** Paths of the base's submodules. They are not fetched, and stay recorded whatever stands in their place. */
  submodules: string[]
}

/** What was seen in the work tree and is not part of what was recorded. */
export interface LeftOut {
  nestedRepositories: string[]
  undecodableNames: string[]
  gitNames: string[]
}

/** Records the work tree in the index: what is new, what changed, what is gone. Ignored files are left out. */
export async function stageTree(git: Git, place: TreePlace): Promise<LeftOut> {
  const [changed, untracked] = await Promise.all([listChanged(git, place), listUntracked(git, place)])
  const found = sortUntracked(place, untracked)
  const { present, gone } = await sortChanged(place, changed)
  // Removals first: a file may stand now where a folder was.
  if (gone.length > 0) await removeFromIndex(git, place, gone)
  const added = [...present, ...found.names]
  if (added.length > 0)
    await git.run(['update-index', '-z', '--add', '--remove', '--stdin'], { ...place, input: joinWithNul(added) })
  return found.leftOut
}

/** SHA of the tree that the index holds. */
export async function writeTree(git: Git, place: TreePlace): Promise<string> {
  return (await git.run(['write-tree'], place)).toString('latin1').trim()
}

/** Makes work tree and index equal to a tree. Ignored files stay; the decoy at the root is not looked at. */
export async function checkOut(git: Git, place: TreePlace, treeSha: string): Promise<void> {
  await readTree(git, ['--reset', '-u', treeSha], place)
  // Twice forced: nested repositories, too, are something that a command left behind.
  await git.run(['clean', '-ffdq'], place)
  for (const submodule of place.submodules) await emptyFolder(place.workTree, submodule)
  await removeStrays(place.workTree, await listFiles(git, place))
}

/** `git read-tree`. Throws `invalid_input`/`unsafe_path` for a tree that git refuses: it holds names made to do harm. */
export async function readTree(git: Git, args: string[], call: GitCall): Promise<void> {
  const result = await git.attempt(['read-tree', ...args], call)
  if (result.ok) return
  const [, path] = /invalid path '(.*)'/.exec(result.stderr) ?? []
  if (path === undefined) {
    throw new Fault('infrastructure', 'checkout_failed', `The files could not be written: ${gitReason(result.stderr)}`)
  }
  throw new Fault('invalid_input', 'unsafe_path', `The repository holds a path that git refuses to write: ${path}`, {
    mend: 'Remove or rename it in the repository.',
  })
}

/**
 * The files that `stageTree` would leave in the index, as text and sorted, in one call of git and without touching the index:
 * this is asked for with every look of a model.
 */
export async function seeFiles(git: Git, place: TreePlace): Promise<{ files: string[]; leftOut: LeftOut }> {
  const kinds = ['--cached', '--deleted', '--modified', '--others', '--exclude-standard']
  const seen = sortSeen(splitAtNul(await look(git, place, ['ls-files', '-z', '-t', '--stage', ...kinds])))
  const found = sortUntracked(place, seen.untracked)
  const { gone } = await sortChanged(place, seen.changed)
  const lost = new Set(gone)
  return { files: [...seen.tracked.filter((name) => !lost.has(name)), ...found.names].sort(), leftOut: found.leftOut }
}

/** Of `<tag> <mode> <sha> <stage>\t<name>`, or `? <name>`. Something deleted is shown as modified, too. */
function sortSeen(records: Buffer[]): { tracked: string[]; changed: ChangedName[]; untracked: Buffer[] } {
  const tracked: string[] = []
  const changed: ChangedName[] = []
  const untracked: Buffer[] = []
  for (const record of records) {
    const tag = record.toString('latin1', 0, 1)
    const name = decodeName(record.subarray(record.indexOf(0x09) + 1))
    if (tag === '?') untracked.push(record.subarray(2))
    else if (name === undefined || record.toString('latin1', 2, 8) === submoduleMode) continue
    else if (tag === 'H') tracked.push(name)
    else changed.push({ name, status: tag === 'R' ? 'D' : 'M' })
  }
  return { tracked, changed, untracked }
}

/** Paths in the index that are files or links, as text and sorted. */
async function listFiles(git: Git, place: TreePlace): Promise<string[]> {
  const records = splitAtNul(await git.run(['ls-files', '-z', '--stage'], place))
  const files = records.filter((record) => record.toString('latin1', 0, 6) !== submoduleMode)
  return files.flatMap((record) => decodeName(record.subarray(record.indexOf(0x09) + 1)) ?? []).sort()
}

interface ChangedName {
  name: string
  status: string
}

/** Tracked names whose file differs from the index. Submodules are left as they are, so are names we cannot spell. */
async function listChanged(git: Git, place: TreePlace): Promise<ChangedName[]> {
  const parts = splitAtNul(await look(git, place, ['diff-files', '-z', '--raw', '--ignore-submodules=all']))
  const changed: ChangedName[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const status = parts[at]?.toString('latin1').split(' ').at(-1) ?? ''
    const name = decodeName(parts[at + 1] ?? Buffer.alloc(0))
    if (name !== undefined) changed.push({ name, status })
  }
  return changed
}

async function listUntracked(git: Git, place: TreePlace): Promise<Buffer[]> {
  return splitAtNul(await look(git, place, ['ls-files', '-z', '--others', '--exclude-standard']))
}

/** Git passes over folders that it may not enter, and ends well: what is in there would be missing without a word. */
async function look(git: Git, place: TreePlace, args: string[]): Promise<Buffer> {
  const result = await git.attempt(args, place)
  if (result.ok && !result.stderr.includes('Permission denied')) return result.stdout
  throw new Fault('infrastructure', 'tree_unreadable', `The work tree cannot be read: ${gitReason(result.stderr)}`)
}

function sortUntracked(place: TreePlace, untracked: Buffer[]): { names: string[]; leftOut: LeftOut } {
  const names: string[] = []
  const leftOut: LeftOut = { nestedRepositories: [], undecodableNames: [], gitNames: [] }
  for (const bytes of untracked) {
    const name = decodeName(bytes)
    if (name === undefined) leftOut.undecodableNames.push(showName(bytes))
    // Git shows a whole repository as one name with a slash at its end.
    else if (name.endsWith('/')) leftOut.nestedRepositories.push(showName(bytes))
    else if (namesGitDirectory(name)) leftOut.gitNames.push(showName(bytes))
    else if (!place.submodules.some((submodule) => submodule.startsWith(`${name}/`))) names.push(name)
  }
  return { names, leftOut }
}

/** A name that is now a folder, a pipe or the like is gone as far as git is concerned. */
async function sortChanged(place: TreePlace, changed: ChangedName[]): Promise<{ present: string[]; gone: string[] }> {
  const present: string[] = []
  const gone: string[] = []
  for (const { name, status } of changed) {
    const there = status !== 'D' && (await isFileOrLink(join(place.workTree, name)))
    if (there) present.push(name)
    else gone.push(name)
  }
  return { present, gone }
}

async function isFileOrLink(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    return found.isFile() || found.isSymbolicLink()
  } catch {
    return false
  }
}

async function removeFromIndex(git: Git, place: TreePlace, names: string[]): Promise<void> {
  const input = names.map((name) => `0 ${'0'.repeat(40)}\t${name}\0`).join('')
  await git.run(['update-index', '-z', '--index-info'], { ...place, input })
}
