// A test that expects something else than before says that the behaviour was meant to change: that needs a reason. Told from the patch.
import { type PatchSection, patchSections } from '../judge/patch-sections.ts'
import type { Patch } from '../workspace/workspace.ts'

/**
 * Existing tests that no longer say all they said: a line that stood at the base commit is gone, or is another one. What was
 * only moved, wrapped or indented anew is still said. `patch` is from the base commit, so that a test of this change may be rewritten freely.
 */
export function changedExpectations(patch: Patch, isTest: (path: string) => boolean): string[] {
  return patchSections(patch)
    .filter(({ file }) => file.kind === 'modified' && isTest(file.path))
    .filter((section) => losesALine(section))
    .map(({ file }) => file.path)
}

function losesALine({ added, removed }: PatchSection): boolean {
  const said = joined(added.filter((line) => !comment.test(line)))
  return removed.some((line) => says(line) && !said.includes(joined([line])))
}

const comment = /^\s*(?:\/\/|\/?\*|#(?!\[)|--|<!--)/
/** What a test stands on, not what it expects. */
const preamble =
  /^\s*(?:import\b|from\b|export\b.*\bfrom\b|using\b|use\b|package\b|#include\b|require(?:_relative)?\b|(?:const|let|var)\b.*\brequire\s*\(|["']use strict)/

function says(line: string): boolean {
  return /\w/.test(line) && !comment.test(line) && !preamble.test(line)
}

/** Without what a formatter may change: white space, semicolons, commas before an end. */
function joined(lines: string[]): string {
  return lines
    .join('\n')
    .replace(/[\s;]+/g, '')
    .replace(/,(?=[)\]}]|$)/g, '')
}
