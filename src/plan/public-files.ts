// Reads which files of the base commit other projects import.
import { posix } from 'node:path'
import { entryPoints, manifestNames, onlyPassesOn, type PublicFiles } from '../policy/public-surface.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** A workspace may hold hundreds of packages; those near the root are what is published. */
const mostManifests = 50

export async function publicFilesOf(
  workspace: Pick<Workspace, 'readBase'>,
  files: ReadonlySet<string>,
): Promise<PublicFiles> {
  const manifests = [...files]
    .filter((path) => manifestNames.has(posix.basename(path)) && !path.includes('node_modules/'))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
    .slice(0, mostManifests)
  const found = new Map<string, 'names' | 'code'>()
  for (const manifest of manifests) {
    const text = (await workspace.readBase(manifest)) ?? ''
    for (const path of entryPoints({ path: manifest, text }, files)) {
      const source = (await workspace.readBase(path)) ?? ''
      found.set(path, onlyPassesOn({ path, text: source }) ? 'names' : 'code')
    }
  }
  return found
}
