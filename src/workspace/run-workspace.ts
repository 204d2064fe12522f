// One work tree and the git directory that stands for it, outside of it.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toFault } from '../errors.ts'
import type { TreeChange } from '../publish/publication.ts'
import { baseNotes } from './base-notes.ts'
import { blameLines } from './blame.ts'
import { placeDecoy } from './decoy.ts'
import type { Git } from './git.ts'
import { layOutGitFolder } from './git-folder.ts'
import { ignoreInstalled } from './installed-folders.ts'
import { decodeName, listNames, splitAtNul } from './names.ts'
import type { TreeDifference, TreeEntry } from './objects.ts'
import { compareTrees, isLfsPointer, isText, readBlobs, submoduleMode } from './objects.ts'
import { applyPatch, diffTrees, withBasePaths } from './patch.ts'
import { letOwnerIn, removeFolder } from './permissions.ts'
import type { LeftOut, TreePlace } from './tree.ts'
import { checkOut, readTree, seeFiles, stageTree, writeTree } from './tree.ts'
import { createTurns } from './turns.ts'
import type { Workspace } from './workspace.ts'

export interface WorkspaceOptions {
  /** Absolute; made here, removed by `close`. */
  folder: string
  /** The clean copy of the decoy, which may be in the making. */
  decoy: Promise<string>
  /** Absolute object folders to build on. */
  objectsFrom: string[]
  /** Where their history is cut off, as in a `shallow` file. */
  shallow?: string
  baseCommit: string
  /** What the base commit holds. */
  base: TreeEntry[]
  /** The tree, or the commit, that the work tree starts with. */
  treeSha: string
}

export async function createWorkspace(git: Git, options: WorkspaceOptions): Promise<Workspace> {
  const { folder, baseCommit, base, objectsFrom, shallow } = options
  const gitDir = join(folder, 'git')
  const home = join(folder, 'home')
  const workTree = join(folder, 'tree')
  await Promise.all([mkdir(workTree, { recursive: true }), mkdir(home, { recursive: true, mode: 0o700 })])
  await layOutGitFolder(gitDir, { bare: true, objectsFrom, ...(shallow && { shallow }) })
  await ignoreInstalled(gitDir, base)
  const place: TreePlace = { gitDir, workTree, submodules: submodulesOf(base) }
  // Both are ended before anything is said of one that failed: the caller removes the folder then.
  const [written, decoy] = await Promise.allSettled([
    readTree(git, ['--reset', '-u', options.treeSha], place),
    options.decoy,
  ])
  if (written.status === 'rejected') throw written.reason
  if (decoy.status === 'rejected') throw decoy.reason
  await placeDecoy(decoy.value, workTree)

  const notes = await baseNotes(git, gitDir, base)
  const inTurn = createTurns()
  let freshOnes = 0

  /** Every look at the work tree goes through the one index, so one at a time; shut folders are opened and tried again. */
  const withTree = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(() =>
      work().catch(async (thrown: unknown) => {
        if (toFault(thrown).class !== 'infrastructure') throw thrown
        await letOwnerIn(workTree)
        return work()
      }),
    )
  const stage = async () => addNotes(notes, await stageTree(git, place))
  const restore = (treeSha: string) => withTree(() => checkOut(git, place, treeSha))

  return {
    tree: workTree,
    home,
    baseCommit,
    notes,
    restore,
    files: () =>
      withTree(async () => {
        const { files, leftOut } = await seeFiles(git, place)
        addNotes(notes, leftOut)
        return files
      }),
    checkpoint: () =>
      withTree(async () => {
        await stage()
        return writeTree(git, place)
      }),
    diff: (treeSha, from = baseCommit) => diffTrees(git, gitDir, from, treeSha),
    async apply(patch) {
      const treeSha = await applyPatch(git, gitDir, { base: baseCommit, text: patch })
      await restore(treeSha)
      return treeSha
    },
    async carryOver(patch) {
      const treeSha = await applyPatch(git, gitDir, { base: baseCommit, text: patch, threeWay: true })
      await restore(treeSha)
      return treeSha
    },
    without: (treeSha, paths) => withBasePaths(git, gitDir, { base: baseCommit, treeSha, paths }),
    changes: (treeSha) => readChanges(git, gitDir, { from: baseCommit, to: treeSha }),
    async recentSubjects() {
      const output = await git.run(['log', '-z', '-30', '--no-merges', '--format=%s', baseCommit, '--'], {
        gitDir: place.gitDir,
      })
      return splitAtNul(output).map((subject) => subject.toString('utf8'))
    },
    readBase: (path) => readText(git, gitDir, findFile(base, path)),
    blame: (paths, treeSha) =>
      blameLines(git, gitDir, { baseCommit, paths, ...(treeSha !== undefined && { treeSha }) }),
    fresh(treeSha) {
      freshOnes += 1
      const withOwn = [...objectsFrom, join(gitDir, 'objects')]
      return createWorkspace(git, {
        ...options,
        folder: join(folder, `fresh-${freshOnes}`),
        objectsFrom: withOwn,
        treeSha,
      })
    },
    close: () => inTurn(() => removeFolder(folder)),
  }
}

function submodulesOf(entries: TreeEntry[]): string[] {
  return entries.filter(({ mode }) => mode === submoduleMode).flatMap(({ name }) => decodeName(name) ?? [])
}

function addNotes(notes: string[], leftOut: LeftOut): void {
  const found: [string, string[]][] = [
    ['Nested git repositories in the work tree were left out', leftOut.nestedRepositories],
    ['New files whose names are not UTF-8 were left out', leftOut.undecodableNames],
    ['Files that git would take for its own were left out', leftOut.gitNames],
  ]
  for (const [what, names] of found) {
    const note = `${what}: ${listNames(names)}.`
    if (names.length > 0 && !notes.includes(note)) notes.push(note)
  }
}

async function readChanges(git: Git, gitDir: string, trees: { from: string; to: string }): Promise<TreeChange[]> {
  const differences = await compareTrees(git, gitDir, trees.from, trees.to)
  const kept = differences.filter(({ status }) => status !== 'D')
  const contents = await readBlobs(
    git,
    gitDir,
    kept.map(({ newSha }) => newSha),
  )
  const bySha = new Map(kept.map(({ newSha }, at) => [newSha, contents[at] ?? Buffer.alloc(0)]))
  return differences.flatMap((difference) => treeChange(difference, bySha.get(difference.newSha)))
}

function treeChange({ name, newMode }: TreeDifference, content: Buffer | undefined): TreeChange[] {
  const path = decodeName(name)
  if (path === undefined) return []
  if (content === undefined) return [{ path, blob: null }]
  if (newMode !== '100644' && newMode !== '100755' && newMode !== '120000') return []
  return [{ path, blob: { mode: newMode, content: Buffer.from(content) } }]
}

function findFile(entries: TreeEntry[], path: string): TreeEntry | undefined {
  const wanted = Buffer.from(path)
  return entries.find(({ name, mode }) => mode.startsWith('100') && name.equals(wanted))
}

async function readText(git: Git, gitDir: string, entry: TreeEntry | undefined): Promise<string | undefined> {
  if (!entry) return undefined
  const [content] = await readBlobs(git, gitDir, [entry.sha])
  return content && isText(content) && !isLfsPointer(content) ? content.toString('utf8') : undefined
}
