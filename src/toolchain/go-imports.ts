// Go imports packages, which are folders: whoever imports one depends on every file in it, and so does each file of the package itself.
import { posix } from 'node:path'

/** Files of the path's own package, and of the packages of this repository that it imports. */
export function goImports(path: string, text: string, files: ReadonlySet<string>): string[] {
  const folders = new Set([...files].filter((file) => file.endsWith('.go')).map((file) => posix.dirname(file)))
  const imported = importPaths(text).flatMap((one) => folderOf(one, folders) ?? [])
  const wanted = new Set([posix.dirname(path), ...imported])
  return [...files].filter(
    (file) => file.endsWith('.go') && !file.endsWith('_test.go') && wanted.has(posix.dirname(file)),
  )
}

function importPaths(text: string): string[] {
  const blocks = [...text.matchAll(/^import\s*(?:\(([^)]*)\)|([^\n(]+))/gm)].map(([, many, one]) => many ?? one ?? '')
  return blocks.flatMap((block) => [...block.matchAll(/"([^"\n]+)"/g)].map((match) => match[1] ?? ''))
}

/** The longest folder that the import path ends in: the rest is the module's name. */
function folderOf(path: string, folders: ReadonlySet<string>): string | undefined {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(index).join('/')).find((end) => folders.has(end))
}
