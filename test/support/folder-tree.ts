import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createGuardedWorkTree } from '../../src/agent/guarded-work-tree.ts'
import type { WorkTree } from '../../src/agent/work-tree.ts'

/** A real folder in the temp folder with a work tree over it that allows everything but `protected/`. */
export class FolderTree implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'tree-')))
  readonly tree: WorkTree

  constructor(files: Record<string, string> = {}) {
    for (const [path, text] of Object.entries(files)) this.put(path, text)
    this.tree = createGuardedWorkTree({
      root: this.root,
      files: async () => this.files(),
      mayRead: () => ({ allowed: true }),
      mayWrite: (path) =>
        path.startsWith('protected/')
          ? { allowed: false, rule: 'protected_path', message: `${path} is protected.` }
          : { allowed: true },
      scan: async () => [],
    })
  }

  put(path: string, text: string): void {
    const absolute = join(this.root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, text)
  }

  text(path: string): string {
    return readFileSync(join(this.root, path), 'utf8')
  }

  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)))
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true })
  }
}
