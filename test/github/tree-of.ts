import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TreeChange } from '../../src/publish/publication.ts'

/** The SHA that git itself gives the tree of these files after the changes. */
export async function treeOf(files: Record<string, string>, changes: TreeChange[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'draftsmith-tree-'))
  const git = (args: string[], input: Buffer | string = '') =>
    execFileSync('git', args, { cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'] })
      .toString()
      .trim()
  try {
    git(['init', '-q', '--bare'])
    const entries = new Map<string, string>()
    const add = (path: string, mode: string, content: Buffer | string) =>
      entries.set(path, `${mode} ${git(['hash-object', '-w', '--stdin'], content)}\t${path}`)
    for (const [path, content] of Object.entries(files)) add(path, '100644', content)
    for (const { path, blob } of changes) {
      if (blob === null) entries.delete(path)
      else add(path, blob.mode, blob.content)
    }
    git(['update-index', '-z', '--index-info'], `${[...entries.values()].join('\0')}\0`)
    return git(['write-tree'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
