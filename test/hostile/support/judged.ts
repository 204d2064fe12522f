// A change as the judge's rules see it.
import { judgeByRule } from '../../../src/judge/judge-by-rule.ts'
import type { FileChange, Patch } from '../../../src/workspace/workspace.ts'

/** A patch of one file. */
export function section(path: string, kind: FileChange['kind'], body: string): Patch {
  const text = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${body}\n`
  return {
    text,
    files: [{ path, kind, addedLines: 1, removedLines: 1, binary: false }],
    addedLines: 1,
    removedLines: 1,
  }
}

/** What the rules object to; the plan names the file of the patch, or another one. */
export function objections(patch: Patch, planned = patch.files[0]?.path ?? ''): string[] {
  const modification = {
    ...{ id: 'm', path: planned, kind: 'modify' as const, title: 't', reason: 'r' },
    ...{ dependsOn: [], test: true, estimatedLines: 1 },
  }
  return judgeByRule({
    patch,
    plan: { summary: 's', modifications: [modification], removedTests: [], risks: [], questions: [], feasible: true },
    candidate: {
      ...{ treeSha: '', patch: '', results: [], amendments: [], changedTests: [], explanation: '' },
      ...{ conversation: [], turns: 0, toolCalls: 0 },
    },
    taskType: 'bug_fix',
    issueText: '',
    namedFiles: [],
    isTest: (path) => path.startsWith('test/'),
    isGenerated: () => false,
    alteredChecks: new Map(),
    changedDependencies: new Map(),
  }).objections.map(({ about }) => about)
}
