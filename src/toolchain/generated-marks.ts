// What .gitattributes calls generated: `api/*.pb.go linguist-generated`. GitHub folds such files in a diff.
import { matchesGitPattern } from './git-patterns.ts'
import type { ReadFile } from './toolchain.ts'

/** Whether the root's .gitattributes marks a path as generated; of the lines that match, the last one decides. */
export async function readGeneratedMarks(read: ReadFile): Promise<(path: string) => boolean> {
  const marks = ((await read('.gitattributes')) ?? '').split('\n').flatMap((line) => {
    const [pattern, ...attributes] = line.trim().split(/\s+/)
    const mark = attributes.findLast((attribute) => /^[-!]?linguist-generated\b/.test(attribute))
    if (pattern === undefined || pattern.startsWith('#') || mark === undefined) return []
    return [{ pattern, generated: /^linguist-generated(=true)?$/.test(mark) }]
  })
  return (path) =>
    marks.findLast(({ pattern }) => matchesGitPattern(pattern, path, { folders: false }))?.generated ?? false
}
