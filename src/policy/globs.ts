// Patterns come from a file that anybody with write access can change, and are matched on every write.
import { compileGlob, expandBraces } from './glob-matcher.ts'

const maxLength = 200

/** Why a pattern is refused, as the end of a sentence that begins with the pattern; undefined when it may be used. */
export function globProblem(glob: string): string | undefined {
  if (glob.trim() === '') return 'is empty'
  if (glob.length > maxLength) return `is longer than ${maxLength} characters`
  if (/[()\\|]/.test(glob)) return 'uses ( ) | or \\, which are not supported: plain globs only'
  if (glob.startsWith('!')) return 'starts with !: list it under the opposite key instead'
  if (glob.startsWith('/') || glob.split('/').includes('..')) return 'must be relative to the repository'
  if (/\{[^{},]*\.\.[^{},]*\}/.test(glob)) return 'uses a range in braces: list the alternatives, or use [0-9]'
  if (expandBraces(glob.normalize('NFKC')) === undefined) return 'has too many alternatives in braces'
  return undefined
}

/** True when one of the globs matches the path, or names a folder above it. Both sides are compared as `fold` leaves them. */
export function matchesAny(path: string, globs: string[], fold: (text: string) => string): boolean {
  const folded = fold(path)
  return globs.some((glob) => compile(fold(glob.replace(/\/+$/, '')))(folded))
}

const compiled = new Map<string, (path: string) => boolean>()

function compile(glob: string): (path: string) => boolean {
  const known = compiled.get(glob)
  if (known !== undefined) return known
  const matches = compileGlob(`${glob}/**`)
  if (compiled.size > 1_000) compiled.clear()
  compiled.set(glob, matches)
  return matches
}
