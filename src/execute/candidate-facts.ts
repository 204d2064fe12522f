// What a patch changes, counted: for people and for the record.
import { checkDefinition } from '../policy/check-definitions.ts'
import { mayWrite } from '../policy/paths.ts'
import type { Bench } from '../prepare/bench.ts'
import { isGeneratedFile } from '../toolchain/commands.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import type { Patch } from '../workspace/workspace.ts'
import type { ChangedFile, FileCategory } from './candidate.ts'

/** One entry a file, in the patch's order. */
export function changedFiles(
  { files }: Patch,
  { snapshot, isTest }: Pick<Bench, 'snapshot' | 'isTest'>,
): ChangedFile[] {
  return files.map(({ path, kind, addedLines, removedLines }) => ({
    path,
    kind,
    addedLines,
    removedLines,
    module: moduleOf(path, snapshot),
    category: categoryOf(path, snapshot, isTest),
  }))
}

/** Prose, which no check reads. */
export function isDocument(path: string): boolean {
  return /\.(md|mdx|rst|txt|adoc)$/i.test(path) && !isManifest(path)
}

/** The package with the deepest folder around the path; the root's where there is no other. */
function moduleOf(path: string, { ecosystems }: RepositorySnapshot): string {
  const around = ecosystems
    .flatMap(({ packages }) => packages)
    .filter(({ folder }) => folder === '.' || path.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)
  return around[0]?.name ?? '.'
}

function categoryOf(path: string, snapshot: RepositorySnapshot, isTest: Bench['isTest']): FileCategory {
  if (isLockFile(path)) return 'lock'
  if (isGeneratedFile(snapshot, path)) return 'generated'
  if (isTest(path)) return 'test'
  if (isManifest(path)) return 'dependency'
  return isDocument(path) ? 'documentation' : 'source'
}

function isLockFile(path: string): boolean {
  const verdict = mayWrite(path, { scope: { include: [], exclude: [], extensions: [] } })
  return !verdict.allowed && verdict.rule === 'lock_file'
}

/** Files that say which packages a project stands on. */
function isManifest(path: string): boolean {
  return (
    checkDefinition(path) === 'package manifest' ||
    /(^|\/)(requirements[^/]*\.txt|constraints[^/]*\.txt|go\.mod|go\.work|Gemfile|[^/]+\.gemspec|[^/]+\.csproj|Directory\.Packages\.props)$/.test(
      path,
    )
  )
}
