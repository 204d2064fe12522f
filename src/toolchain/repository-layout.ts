// How a repository is laid out: where its tests stand, and which of its folders nobody writes by hand.
import { posix } from 'node:path'
import type { TestLayout } from './toolchain.ts'

const maxFolders = 20

/** Folders with most tests first; at most 20. */
export function testLayout(files: string[], isTest: (path: string) => boolean): TestLayout {
  const tests = files.filter(isTest)
  const counts = new Map<string, number>()
  for (const folder of tests.map(testFolder)) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  const sources = new Set(files.filter((path) => !isTest(path)).map((path) => posix.dirname(path)))
  return {
    files: tests.length,
    besideSources: tests.filter((path) => sources.has(posix.dirname(path)) && !inTestFolder(path)).length,
    folders: [...counts]
      .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
      .slice(0, maxFolders)
      .map(([folder]) => folder),
  }
}

/** Outermost folders of which every file is generated, sorted; at most 20. */
export function generatedFolders(files: string[], isGenerated: (path: string) => boolean): string[] {
  const handwritten = new Set(files.filter((path) => !isGenerated(path)).flatMap(foldersOf))
  const whole = new Set(files.filter(isGenerated).flatMap(foldersOf))
  const folders = [...whole].filter((folder) => !handwritten.has(folder)).sort()
  return folders.filter((folder) => !folders.includes(posix.dirname(folder))).slice(0, maxFolders)
}

const testFolderName = /^(tests?|spec|specs|__tests__|e2e|integration)$/i

function inTestFolder(path: string): boolean {
  return posix
    .dirname(path)
    .split('/')
    .some((part) => testFolderName.test(part))
}

/** The outermost folder that is named after tests, or else the file's own. */
function testFolder(path: string): string {
  const parts = posix.dirname(path).split('/')
  const at = parts.findIndex((part) => testFolderName.test(part))
  return at < 0 ? posix.dirname(path) : parts.slice(0, at + 1).join('/')
}

function foldersOf(path: string): string[] {
  const parts = posix.dirname(path).split('/')
  return posix.dirname(path) === '.' ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
