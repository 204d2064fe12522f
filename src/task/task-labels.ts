// What the labels of an issue say about its kind. Labels are put by people with triage access, so they count more than a model.
import type { TaskType } from './contract.ts'

const meanings: [pattern: RegExp, type: TaskType][] = [
  [/^(bug|bugfix|defect|regression|fix)$/, 'bug_fix'],
  [/^(feature|feature request|enhancement|new feature)$/, 'feature'],
  [/^(refactor|refactoring|cleanup|clean up|tech debt|technical debt)$/, 'refactor'],
  [/^(documentation|docs|doc|typo)$/, 'documentation'],
  [/^(migration|migrate)$/, 'migration'],
  [/^(dependencies|dependency|deps|upgrade|dependency upgrade)$/, 'dependency_upgrade'],
  [/^(test|tests|testing|test coverage)$/, 'test'],
]

/** The kind that the labels name; undefined when they name none, or more than one. Prefixes such as `type:` and `kind/` are skipped. */
export function taskTypeOf(labels: string[]): TaskType | undefined {
  const types = new Set<TaskType>()
  for (const label of labels) {
    const name = label
      .toLowerCase()
      .replace(/^(type|kind|category|t|c)\s*[:/-]\s*/, '')
      .replace(/[-_]/g, ' ')
      .trim()
    const type = meanings.find(([pattern]) => pattern.test(name))?.[1]
    if (type !== undefined) types.add(type)
  }
  return types.size === 1 ? [...types][0] : undefined
}
