// Which tests belong to changed files: by name, and by what the tests import, over one file between.
import { posix } from 'node:path'
import { importedFiles } from './imports.ts'
import { hasInlineTests } from './rust-imports.ts'
import type { ReadFile } from './toolchain.ts'

export interface TargetedOptions {
  changed: string[]
  /** All paths of the work tree. */
  files: string[]
  read: ReadFile
  isTest: (path: string) => boolean
  /** Most test files to answer; default 20. */
  limit?: number
}

const maxTestsRead = 500

/** Changed tests first, then changed sources that hold tests themselves, then tests by closeness: named after a changed file, importing it, importing what imports it. Equal input, equal answer. */
export async function testsOf({ changed, files, read, isTest, limit = 20 }: TargetedOptions): Promise<string[]> {
  const known = new Set(files)
  const tests = files.filter((path) => isTest(path) && !isSupport(path)).sort()
  const changedTests = [...changed].sort().filter((path) => tests.includes(path))
  const sources = changed.filter((path) => !changedTests.includes(path))
  if (sources.length === 0) return changedTests.slice(0, limit)
  const inline = await withInlineTests(sources, read)
  const exact = tests.filter((path) => sources.some((source) => isNamedAfter(path, source)))
  const named = [...exact, ...tests.filter((path) => sources.some((source) => beginsWithName(path, source)))]
  const imports = await readImports(tests.slice(0, maxTestsRead), known, read)
  const direct = tests.filter((path) => imports.get(path)?.some((one) => sources.includes(one)))
  const between = await importersOf(sources, [...new Set([...imports.values()].flat())], known, read)
  const indirect = tests.filter((path) => imports.get(path)?.some((one) => between.has(one)))
  return [...new Set([...changedTests, ...inline, ...named, ...direct, ...indirect])].slice(0, limit)
}

async function withInlineTests(sources: string[], read: ReadFile): Promise<string[]> {
  const texts = await Promise.all(sources.map(async (path) => ({ path, text: (await read(path)) ?? '' })))
  return texts.filter(({ path, text }) => hasInlineTests(path, text)).map(({ path }) => path)
}

/** By name alone, wherever the two lie: `money.test.js` is about `money.js`. */
export function isNamedAfter(test: string, source: string): boolean {
  return subjectOf(test) === stemOf(source)
}

/** As `money.round.test.js` does with the name of `money.js`. */
function beginsWithName(test: string, source: string): boolean {
  const [subject, stem] = [subjectOf(test), stemOf(source)]
  return subject.startsWith(stem) && /^[._-]/.test(subject.slice(stem.length))
}

/** Files under a test folder that are no tests themselves: fixtures, `__init__.py`, `conftest.py`. */
function isSupport(path: string): boolean {
  return /(^|\/)(__init__|conftest)\.py$|(^|\/)(fixtures?|__fixtures__|support|helpers?|__mocks__)\//.test(path)
}

/** What a test's name says that it is about: `money` for `money.test.js`, `test_money.py` and `money_test.py`. */
function subjectOf(path: string): string {
  return stemOf(path)
    .replace(/[.-](test|spec)$/, '')
    .replace(/^test_|_(test|spec)$/, '')
    .replace(/(?<=[a-z0-9])(Tests?|Specs?|Facts|Should|IT)$|^Test(?=[A-Z])/, '')
}

function stemOf(path: string): string {
  return posix.basename(path).replace(/\.\w+$/, '')
}

async function readImports(paths: string[], known: Set<string>, read: ReadFile): Promise<Map<string, string[]>> {
  const entries = await Promise.all(
    paths.map(async (path) => [path, importedFiles(path, (await read(path)) ?? '', known)] as const),
  )
  return new Map(entries)
}

async function importersOf(
  sources: string[],
  candidates: string[],
  known: Set<string>,
  read: ReadFile,
): Promise<Set<string>> {
  const imports = await readImports(candidates.sort().slice(0, maxTestsRead), known, read)
  return new Set([...imports].flatMap(([path, list]) => (list.some((one) => sources.includes(one)) ? [path] : [])))
}
