// What other projects can import: told from manifests and from files that do nothing but pass names on.
import { posix } from 'node:path'
import type { Modification } from '../plan/plan.ts'
import type { RiskSignal } from './risk.ts'

/** A file that others import, by its path: `names` only says what is public, `code` also holds what is. */
export type PublicFiles = ReadonlyMap<string, 'names' | 'code'>

export interface SourceText {
  path: string
  text: string
}

/** Files at which other projects enter a package; manifests of private packages name none. `files`: tracked files. */
export function entryPoints({ path, text }: SourceText, files: ReadonlySet<string>): string[] {
  const folder = posix.dirname(path)
  const within = (name: string) => posix.normalize(posix.join(folder, name))
  switch (posix.basename(path)) {
    case 'package.json':
      return nodeEntries(text).flatMap((entry) => sourcesOf(within(entry), files))
    case 'Cargo.toml':
      return [within('src/lib.rs')].filter((file) => files.has(file))
    case 'pyproject.toml':
    case 'setup.py':
      return [...files].filter((file) => pythonPackage.test(posix.relative(folder, file)))
    default:
      return []
  }
}

export const manifestNames: ReadonlySet<string> = new Set(['package.json', 'Cargo.toml', 'pyproject.toml', 'setup.py'])

/** The top package of a project, beside its manifest or in `src/`. */
const pythonPackage = /^(?:src\/)?(?!tests?\/)[A-Za-z_]\w*\/__init__\.py$/

/** Nobody lists more names than fit into this; it bounds what a hostile file can cost. */
const mostRead = 32 * 1024

/** Whether a file passes names on and does nothing else. */
export function onlyPassesOn({ path, text }: SourceText): boolean {
  const shape = shapes[posix.extname(path)]
  if (shape === undefined || text.length > mostRead) return false
  const rest = text.replace(shape.comment, '').replace(shape.statement, '')
  return text.trim() !== '' && rest.trim() === ''
}

interface Shape {
  comment: RegExp
  statement: RegExp
}

const script: Shape = {
  comment: /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm,
  statement:
    /^\s*(?:['"]use strict['"]|import\s*['"][^'"]*['"]|(?:import|export)\s+(?:type\s+)?[^'"();=]*?\sfrom\s*['"][^'"]*['"]|export\s+(?:type\s+)?\{[^}]*\})\s*;?/gm,
}

const shapes: Record<string, Shape> = {
  ...Object.fromEntries(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.jsx'].map((name) => [name, script])),
  '.py': {
    comment: /"""[\s\S]*?"""|#.*$/gm,
    statement:
      /^(?:from\s+[\w.]+\s+import\s+(?:\([^)]*\)|[^\n(]+)|import\s+[^\n]+|__all__\s*[+]?=\s*[[(][^\])]*[\])]|__version__\s*=\s*[^\n]+)$/gm,
  },
  '.rs': {
    comment: /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
    statement: /^\s*(?:#!?\[[^\]]*\]|(?:pub(?:\([^)]*\))?\s+)?(?:mod\s+\w+|use\s+[^;]+|extern\s+crate\s+[^;]+)\s*;)/gm,
  },
}

/** A plan that changes what others can import, or takes such a file away. */
export function risksInSurface(modifications: Modification[], publicFiles: PublicFiles): RiskSignal[] {
  return modifications.flatMap(({ path, kind }): RiskSignal[] => {
    const what = publicFiles.get(path)
    if (what === undefined) return []
    if (kind === 'delete') return [{ risk: 'high', reason: `it takes away what others import (${path})` }]
    return what === 'names' ? [{ risk: 'high', reason: `it changes what others can import (${path})` }] : []
  })
}

function nodeEntries(text: string): string[] {
  const manifest = parsed(text)
  if (manifest === undefined || manifest.private === true) return []
  const { main, module, types, typings, exports } = manifest
  const named = [main, module, types, typings].filter((entry) => typeof entry === 'string')
  const entries = [...named, ...exportTargets(exports)]
  return entries.length > 0 ? entries : ['index.js']
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Targets of `exports`, under whatever conditions; patterns name no one file. */
function exportTargets(exports: unknown): string[] {
  if (typeof exports === 'string') return exports.includes('*') ? [] : [exports]
  return exports !== null && typeof exports === 'object' ? Object.values(exports).flatMap(exportTargets) : []
}

/** A manifest names what is built; the repository holds what it is built from. */
function sourcesOf(entry: string, files: ReadonlySet<string>): string[] {
  const stem = entry.replace(/(\.d)?\.[cm]?[jt]sx?$/, '')
  const inSource = stem.replace(/(^|\/)(?:dist|lib|build|out)\/(?:(?:esm|cjs|types)\/)?/, '$1src/')
  const candidates = [stem, inSource].flatMap((name) =>
    ['.ts', '.mts', '.tsx', '.js', '.mjs', '.cjs'].map((end) => name + end),
  )
  return [...new Set([entry, ...candidates])].filter((file) => files.has(file))
}
