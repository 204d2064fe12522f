import { posix } from 'node:path'
import type { FolderInstructions, ReadFile, RepositorySnapshot } from './toolchain.ts'

const instructionFiles = [
  'AGENTS.md',
  'CLAUDE.md',
  'CONTRIBUTING.md',
  '.github/CONTRIBUTING.md',
  'docs/CONTRIBUTING.md',
]
const maxBytes = 16 * 1024
const maxNestedFiles = 50
const maxNestedBytes = 4 * 1024
const maxBytesOfFolders = 8 * 1024

/** Instruction files of the root, in order of weight, together at most 16 KiB: the last one is cut at a line, the rest left out. */
export async function readInstructions(files: string[], read: ReadFile): Promise<{ path: string; text: string }[]> {
  const known = new Set(files)
  const instructions: { path: string; text: string }[] = []
  let left = maxBytes
  for (const path of instructionFiles) {
    const text = known.has(path) ? await read(path) : undefined
    if (text === undefined || isEmpty(text) || instructions.some((one) => one.text === text)) continue
    const kept = cutAtLine(text, left)
    if (kept === '') break
    instructions.push({ path, text: kept })
    left -= Buffer.byteLength(kept)
  }
  return instructions
}

/** Instruction files below the root, each at most 4 KiB, outermost first; at most 50. They hold for their folder alone. */
export async function readNestedInstructions(files: string[], read: ReadFile): Promise<FolderInstructions[]> {
  const paths = files
    .filter((path) => nestedName.test(path) && !instructionFiles.includes(path) && !passedOver.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
  const found: FolderInstructions[] = []
  for (const path of paths.slice(0, maxNestedFiles)) {
    const text = await read(path)
    const folder = posix.dirname(path)
    const known = found.some((one) => one.folder === folder && one.text === text)
    if (text !== undefined && !isEmpty(text) && !known)
      found.push({ path, folder, text: cutAtLine(text, maxNestedBytes) })
  }
  return found
}

const nestedName = /\/(AGENTS|CLAUDE|CONTRIBUTING)\.md$/
const passedOver = /(^|\/)(node_modules|vendor|third_party|fixtures?|__fixtures__|testdata|templates?)\//

/** What whoever works on those files has to know: the root's instructions, then at most 8 KiB of those of the files' folders, outermost first. */
export function instructionsFor(
  { instructions, nestedInstructions }: Pick<RepositorySnapshot, 'instructions' | 'nestedInstructions'>,
  paths: string[],
): { path: string; text: string }[] {
  let left = maxBytesOfFolders
  const nested = nestedInstructions.filter(({ folder, text }) => {
    if (!paths.some((path) => path.startsWith(`${folder}/`))) return false
    left -= Buffer.byteLength(text)
    return left >= 0
  })
  return [...instructions, ...nested.map(({ path, text }) => ({ path, text }))]
}

/** A file that only refers to another one, as `@AGENTS.md`, says nothing. */
function isEmpty(text: string): boolean {
  return /^\s*(@[\w./-]+\s*)?$/.test(text)
}

function cutAtLine(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const ending = '\n… (cut)\n'
  let kept = ''
  let left = bytes - Buffer.byteLength(ending)
  for (const line of text.split('\n')) {
    left -= Buffer.byteLength(line) + 1
    if (left < 0) break
    kept += `${line}\n`
  }
  return kept === '' ? '' : kept.trimEnd() + ending
}
