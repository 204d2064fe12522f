// Git directories that we lay out by hand: no template, no hook, no configuration that anybody else wrote.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Attributes here win over every `.gitattributes` of the repository. Bytes go in and out as they are: no line ends, no
 * encodings, no keywords, no filters, whatever the repository declares.
 */
export const exactBytes = '* -text -filter -ident -working-tree-encoding !eol !whitespace\n'

export interface GitFolderOptions {
  bare: boolean
  /** Absolute object folders that this one builds on. */
  objectsFrom?: string[]
  /** What HEAD says: a commit or `ref: refs/heads/…`. */
  head?: string
  /** Commits at which the history of those objects is cut off, one a line; without them git looks for their parents. */
  shallow?: string
}

/** Lays out a git directory; the folder may exist already. */
export async function layOutGitFolder(gitDir: string, options: GitFolderOptions): Promise<void> {
  await Promise.all(['objects/info', 'objects/pack', 'refs/heads', 'info'].map((sub) => makeFolder(gitDir, sub)))
  const config = `[core]\n\trepositoryformatversion = 0\n\tbare = ${options.bare}\n`
  const alternates = (options.objectsFrom ?? []).map((folder) => `${folder}\n`).join('')
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), `${options.head ?? 'ref: refs/heads/main'}\n`),
    writeFile(join(gitDir, 'config'), config),
    writeFile(join(gitDir, 'info/attributes'), exactBytes),
    ...(alternates === '' ? [] : [writeFile(join(gitDir, 'objects/info/alternates'), alternates)]),
    ...(options.shallow ? [writeFile(join(gitDir, 'shallow'), options.shallow)] : []),
  ])
}

async function makeFolder(gitDir: string, sub: string): Promise<void> {
  await mkdir(join(gitDir, sub), { recursive: true })
}
