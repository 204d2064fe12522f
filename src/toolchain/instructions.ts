import type { ReadFile } from './toolchain.ts'

const instructionFiles = [
  'AGENTS.md',
  'CLAUDE.md',
  'CONTRIBUTING.md',
  '.github/CONTRIBUTING.md',
  'docs/CONTRIBUTING.md',
]
const maxBytes = 16 * 1024

/** Instruction files of the root, in order of weight, together at most 16 KiB: the last one is cut at a line, the rest left out. */
export async function readInstructions(files: string[], read: ReadFile): Promise<{ path: string; text: string }[]> {
  const known = new Set(files)
  const instructions: { path: string; text: string }[] = []
  let left = maxBytes
  for (const path of instructionFiles) {
    const text = known.has(path) ? await read(path) : undefined
    if (text === undefined || text.trim() === '' || instructions.some((one) => one.text === text)) continue
    const kept = cutAtLine(text, left)
    if (kept === '') break
    instructions.push({ path, text: kept })
    left -= Buffer.byteLength(kept)
  }
  return instructions
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
