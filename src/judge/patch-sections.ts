import type { FileChange, Patch } from '../workspace/workspace.ts'

/** Lines that stand together in the patch, without their signs. */
export interface ChangedBlock {
  added: string[]
  removed: string[]
}

export interface Hunk {
  /** First line of the new file that the hunk shows, from 1; the line before where it shows none. */
  start: number
  /** Lines of the new file that it shows. */
  count: number
  /** With their signs. */
  lines: string[]
}

export interface PatchSection extends ChangedBlock {
  file: FileChange
  /** What was changed in one place. */
  blocks: ChangedBlock[]
  hunks: Hunk[]
}

/** The patch by file. Git writes the sections in the order of `files`, so no quoted path has to be parsed. */
export function patchSections(patch: Patch): PatchSection[] {
  const sections = patch.text.split(/^diff --git .*$/m).slice(1)
  return patch.files.map((file, at) => {
    const hunks = hunksOf(sections[at] ?? '')
    const blocks = hunks.flatMap(({ lines }) => blocksOf(lines))
    const all = (side: keyof ChangedBlock) => blocks.flatMap((block) => block[side])
    return { file, added: all('added'), removed: all('removed'), blocks, hunks }
  })
}

/** Lines of a file begin with a sign or a space, so that none is taken for a header. */
function hunksOf(section: string): Hunk[] {
  return section
    .split(/^(?=@@ )/m)
    .slice(1)
    .map((text) => {
      const [head = '', ...lines] = text.split('\n')
      const [, start = '1', count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(head) ?? []
      return { start: Number(start), count: Number(count), lines: lines.filter((line) => /^[-+ \\]/.test(line)) }
    })
}

function blocksOf(lines: string[]): ChangedBlock[] {
  const blocks: ChangedBlock[] = []
  let open: ChangedBlock | undefined
  for (const line of lines) {
    const side = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined
    if (side === undefined) {
      // `\ No newline at end of file` ends no block.
      if (!line.startsWith('\\')) open = undefined
      continue
    }
    if (open === undefined) {
      open = { added: [], removed: [] }
      blocks.push(open)
    }
    open[side].push(line.slice(1))
  }
  return blocks
}
