// Patches between two trees, as text that survives a record and applies again byte for byte.
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import { gitReason } from './git.ts'
import { decodeName } from './names.ts'
import type { TreeDifference } from './objects.ts'
import { compareTrees, listTree, readBlobs, submoduleMode } from './objects.ts'
import type { FileChange, Patch } from './workspace.ts'

const diffFlags = [
  '-r',
  '-p',
  '--binary',
  '--full-index',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--unified=3',
  '--src-prefix=a/',
  '--dst-prefix=b/',
]

/** The difference between two trees. */
export async function diffTrees(git: Git, gitDir: string, from: string, to: string): Promise<Patch> {
  const differences = await compareTrees(git, gitDir, from, to)
  const files = differences.flatMap(fileChange)
  return {
    text: differences.length === 0 ? '' : await patchText(git, gitDir, { from, to, differences }),
    files,
    addedLines: sum(files.map((file) => file.addedLines)),
    removedLines: sum(files.map((file) => file.removedLines)),
  }
}

export interface PatchToApply {
  /** A commit or tree. */
  base: string
  text: string
  /** The patch is of another base: where lines moved, its own base decides what was changed. */
  threeWay?: boolean
  /** For git, such as where new objects go. */
  env?: Record<string, string>
}

/** The SHA of the tree that the patch makes of `base`. Neither work tree nor index is touched. Throws `invalid_input`/`patch_rejected`. */
export async function applyPatch(git: Git, gitDir: string, patch: PatchToApply): Promise<string> {
  const index = join(gitDir, `index-${randomUUID()}`)
  const env = { ...patch.env, GIT_INDEX_FILE: index }
  try {
    await git.run(['read-tree', patch.base], { gitDir, env })
    if (patch.text.trim() !== '') {
      const flags = ['--cached', '--binary', '--whitespace=nowarn', '-p1', ...(patch.threeWay ? ['--3way'] : [])]
      const applied = await git.attempt(['apply', ...flags, '-'], { gitDir, env, input: patch.text })
      if (!applied.ok) throw rejected(gitReason(applied.stderr))
    }
    return (await git.run(['write-tree'], { gitDir, env })).toString('latin1').trim()
  } finally {
    await rm(index, { force: true })
  }
}

/** The SHA of `treeSha` with some paths as they are in `base`, absent where they are not there. Neither work tree nor index is touched. */
export async function withBasePaths(
  git: Git,
  gitDir: string,
  { base, treeSha, paths }: { base: string; treeSha: string; paths: string[] },
): Promise<string> {
  const index = join(gitDir, `index-${randomUUID()}`)
  const env = { GIT_INDEX_FILE: index }
  const given = new Map((await listTree(git, gitDir, base)).map((entry) => [entry.name.toString('utf8'), entry]))
  const lines = paths.map((path) => {
    const { mode, sha } = given.get(path) ?? { mode: '0', sha: '0'.repeat(40) }
    return `${mode} ${sha}\t${path}\0`
  })
  try {
    await git.run(['read-tree', treeSha], { gitDir, env })
    await git.run(['update-index', '-z', '--index-info'], { gitDir, env, input: lines.join('') })
    return (await git.run(['write-tree'], { gitDir, env })).toString('latin1').trim()
  } finally {
    await rm(index, { force: true })
  }
}

function fileChange(difference: TreeDifference): FileChange[] {
  const path = decodeName(difference.name)
  if (path === undefined) return []
  const kinds: Record<string, FileChange['kind']> = { A: 'added', D: 'deleted' }
  const { addedLines, removedLines, binary } = difference
  return [{ path, kind: kinds[difference.status] ?? 'modified', addedLines, removedLines, binary }]
}

interface Comparison {
  from: string
  to: string
  differences: TreeDifference[]
}

/**
 * A patch is kept as text, so a file in another encoding than UTF-8 would not come back as it was. Such files are written
 * as binary parts.
 */
async function patchText(git: Git, gitDir: string, { from, to, differences }: Comparison): Promise<string> {
  const whole = await git.run(['diff-tree', ...diffFlags, from, to, '--'], { gitDir })
  if (isUtf8(whole)) return whole.toString('utf8')
  const attributes = join(gitDir, 'all-binary')
  await writeFile(attributes, '* -diff\n')
  const asBinary = ['-c', `core.attributesFile=${attributes}`]
  const sections: string[] = []
  // One file after the other: readers of the patch count on its sections standing in the order of `files`.
  for (const difference of differences) {
    const path = decodeName(difference.name)
    if (path === undefined) continue
    const settings = (await hasOnlyUtf8(git, gitDir, difference)) ? [] : asBinary
    sections.push(await diffPaths(git, gitDir, { from, to, paths: [path], settings }))
  }
  return sections.join('')
}

async function hasOnlyUtf8(git: Git, gitDir: string, difference: TreeDifference): Promise<boolean> {
  const sides = [
    { mode: difference.oldMode, sha: difference.oldSha },
    { mode: difference.newMode, sha: difference.newSha },
  ]
  const blobs = sides.filter(({ mode, sha }) => mode !== submoduleMode && !/^0+$/.test(sha)).map(({ sha }) => sha)
  return (await readBlobs(git, gitDir, blobs)).every((content) => isUtf8(content))
}

interface PathDiff {
  from: string
  to: string
  paths: string[]
  settings: string[]
}

async function diffPaths(git: Git, gitDir: string, { from, to, paths, settings }: PathDiff): Promise<string> {
  if (paths.length === 0) return ''
  const output = await git.run([...settings, 'diff-tree', ...diffFlags, from, to, '--', ...paths], { gitDir })
  return output.toString('utf8')
}

function rejected(reason: string): Fault {
  return new Fault('invalid_input', 'patch_rejected', `The patch does not apply: ${reason}`, {
    mend: 'Apply it to the commit that it was made from.',
  })
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
