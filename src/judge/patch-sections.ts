import type { FileChange, Patch } from '../workspace/workspace.ts'

export interface PatchSection {
  file: FileChange
  /** Lines the patch adds, without their `+`. */
  added: string[]
  /** Lines the patch takes away, without their `-`. */
  removed: string[]
}

/** The patch by file. Git writes the sections in the order of `files`, so no quoted path has to be parsed. */
export function patchSections(patch: Patch): PatchSection[] {
  const sections = patch.text.split(/^diff --git .*$/m).slice(1)
  return patch.files.map((file, at) => ({ file, ...changedLines(sections[at] ?? '') }))
}

function changedLines(section: string): { added: string[]; removed: string[] } {
  const firstHunk = section.search(/^@@ /m)
  const lines = firstHunk < 0 ? [] : section.slice(firstHunk).split('\n')
  const starting = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1))
  return { added: starting('+'), removed: starting('-') }
}
