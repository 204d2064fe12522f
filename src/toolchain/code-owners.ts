// CODEOWNERS, as GitHub reads it: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
import { matchesGitPattern } from './git-patterns.ts'
import type { OwnerRule, ReadFile } from './toolchain.ts'

/** GitHub takes the first of these that is there. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']
/** A larger file is not loaded. */
const maxBytes = 3 * 1024 * 1024

/** The rules in the file's order; empty when there is no such file. */
export async function readCodeOwners(files: string[], read: ReadFile): Promise<OwnerRule[]> {
  const known = new Set(files)
  const path = places.find((place) => known.has(place))
  const text = path === undefined ? undefined : await read(path)
  return text === undefined || Buffer.byteLength(text) > maxBytes ? [] : parseCodeOwners(text)
}

/** A line with a pattern and no owners takes the owners off; one with a word that can be no owner is skipped. */
export function parseCodeOwners(text: string): OwnerRule[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.match(/(?:\\[\s\S]|\S)+/g) ?? []
    const [pattern, ...rest] = beforeComment(words)
    if (pattern === undefined || !rest.every(isOwner)) return []
    return [{ pattern, owners: rest, line: index + 1 }]
  })
}

/** Owners of one file: those of the last rule that matches it. `@login`, `@org/team` or an e-mail. */
export function ownersOf(rules: OwnerRule[], path: string): string[] {
  return rules.findLast(({ pattern }) => matchesGitPattern(pattern, path, { folders: true }))?.owners ?? []
}

/** Owners of some files with the number of files that are theirs, most files first, then by name. */
export function ownersOfAll(rules: OwnerRule[], paths: string[]): { owner: string; files: number }[] {
  const counts = new Map<string, number>()
  for (const owner of paths.flatMap((path) => ownersOf(rules, path))) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  return [...counts]
    .map(([owner, files]) => ({ owner, files }))
    .sort((a, b) => b.files - a.files || (a.owner < b.owner ? -1 : 1))
}

/** Unlike in .gitignore, a `\` before `#` does not make it part of a pattern. */
function beforeComment(words: string[]): string[] {
  const at = words.findIndex((word) => /^\\?#/.test(word))
  return at < 0 ? words : words.slice(0, at)
}

function isOwner(word: string): boolean {
  return /^@[\w.-]+(\/[\w.-]+)?$|^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(word)
}
