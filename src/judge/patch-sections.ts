import { Fault } from '../errors.ts'
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
  /** The line that git takes for the head of what it stands in, such as a function's; empty where it found none. */
  within: string
}

export interface PatchSection extends ChangedBlock {
  file: FileChange
  /** What was changed in one place. */
  blocks: ChangedBlock[]
  hunks: Hunk[]
}

/**
 * The patch by file. Git writes the sections in the order of `files`, so no quoted path has to be parsed. Throws
 * `defect`/`patch_unreadable` where they are not as many: each would be taken for another's.
 */
export function patchSections(patch: Patch): PatchSection[] {
  const sections = sectionsOf(patch.text)
  if (sections.length !== patch.files.length) throw unreadable(sections.length, patch.files.length)
  return patch.files.map((file, at) => {
    const hunks = (sections[at]?.bodies ?? []).flatMap(hunksOf)
    const blocks = hunks.flatMap(({ lines }) => blocksOf(lines))
    const all = (side: keyof ChangedBlock) => blocks.flatMap((block) => block[side])
    return { file, added: all('added'), removed: all('removed'), blocks, hunks }
  })
}

interface Section {
  /** Names the file, on both sides. */
  head: string
  bodies: string[]
}

/**
 * Cut at line feeds alone, as git writes them: to a regular expression a line of the file itself has more ends (a carriage
 * return, U+2028), behind which it could pass for the head of another file. A link that became a file, or the reverse, is
 * told twice, as gone and as new.
 */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = []
  for (const part of `\n${text}`.split('\ndiff --git ').slice(1)) {
    const [head = '', ...lines] = part.split('\n')
    const last = sections.at(-1)
    if (last?.head === head) last.bodies.push(lines.join('\n'))
    else sections.push({ head, bodies: [lines.join('\n')] })
  }
  return sections
}

/** Lines of a file begin with a sign or a space, so that none is taken for a header. */
function hunksOf(body: string): Hunk[] {
  return `\n${body}`
    .split('\n@@ ')
    .slice(1)
    .map((text) => {
      const [head = '', ...lines] = text.split('\n')
      const [, start = '1', count = '1', within = ''] = /^-\S+ \+(\d+)(?:,(\d+))? @@ ?(.*)/.exec(head) ?? []
      const shown = lines.filter((line) => /^[-+ \\]/.test(line))
      return { start: Number(start), count: Number(count), lines: shown, within: within.trim() }
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

function unreadable(sections: number, files: number): Fault {
  return new Fault('defect', 'patch_unreadable', `The patch has ${sections} sections for ${files} files.`)
}
