// Which files of the repository a file imports, as far as its text tells. No configuration is followed.
import { posix } from 'node:path'
import { goImports } from './go-imports.ts'
import { rustImports } from './rust-imports.ts'
import { typeImports, typeSource } from './type-imports.ts'

const scriptEndings = ['', '.js', '.ts', '.jsx', '.tsx', '.mjs', '.cjs', '.mts', '.cts']
const folderEntries = ['index.js', 'index.ts', 'index.mjs', 'index.cjs', 'index.tsx']

/** Paths of `files` that the text at `path` imports, sorted; packages from outside are left out. */
export function importedFiles(path: string, text: string, files: ReadonlySet<string>): string[] {
  const read = readers.find(([ending]) => ending.test(path))?.[1] ?? scriptImports
  const found = read(path, text, files)
  return [...new Set(found)].filter((one) => one !== path).sort()
}

const readers: [RegExp, typeof scriptImports][] = [
  [/\.pyi?$/, pythonImports],
  [/\.go$/, goImports],
  [/\.rs$/, rustImports],
  [typeSource, typeImports],
]

function scriptImports(path: string, text: string, files: ReadonlySet<string>): string[] {
  const specifiers = text.matchAll(
    /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\.mock\s*\(\s*)(['"])(\.{1,2}(?:\/[^'"\n]*)?)\1/g,
  )
  return [...specifiers].flatMap((match) => resolveScript(posix.join(posix.dirname(path), match[2] ?? ''), files) ?? [])
}

/** TypeScript names the file that will be there after the build: `./a.js` may be `a.ts`. */
function resolveScript(target: string, files: ReadonlySet<string>): string | undefined {
  const typed = target.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  const inFolder = folderEntries.map((name) => posix.join(target, name))
  return [...scriptEndings.map((ending) => target + ending), ...inFolder, typed, `${typed}x`].find((candidate) =>
    files.has(candidate),
  )
}

function pythonImports(path: string, text: string, files: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const [, from, names, plain] of text.matchAll(
    /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)|import[ \t]+([\w., \t]+))/gm,
  )) {
    const imported = (names ?? '').replace(/[()]/g, '').split(',').map(firstWord)
    if (from !== undefined) found.push(...pythonModule(path, from, files))
    if (from !== undefined) found.push(...imported.flatMap((name) => pythonModule(path, joinModule(from, name), files)))
    for (const name of (plain ?? '').split(',').map(firstWord)) found.push(...pythonModule(path, name, files))
  }
  return found
}

function firstWord(text: string): string {
  return text.trim().split(/\s/)[0] ?? ''
}

function joinModule(from: string, name: string): string {
  return from.endsWith('.') ? `${from}${name}` : `${from}.${name}`
}

/** A module by its dots: relative to the file, or below the nearest folder above it that holds it (also its `src`). */
function pythonModule(path: string, name: string, files: ReadonlySet<string>): string[] {
  if (name === '' || name === '.') return []
  const dots = /^\.*/.exec(name)?.[0].length ?? 0
  const inside = name.slice(dots).replaceAll('.', '/')
  if (dots > 0) {
    const folder = posix.join(posix.dirname(path), ...Array.from({ length: dots - 1 }, () => '..'))
    return moduleFile(posix.join(folder, inside), files)
  }
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const found = [
      ...moduleFile(posix.join(folder, inside), files),
      ...moduleFile(posix.join(folder, 'src', inside), files),
    ]
    if (found.length > 0 || folder === '.' || folder === '/') return found
  }
}

function moduleFile(target: string, files: ReadonlySet<string>): string[] {
  return [`${target}.py`, `${target}/__init__.py`].filter((candidate) => files.has(candidate))
}
