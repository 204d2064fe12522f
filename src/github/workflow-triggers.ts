// Would pushing a branch run workflows, with the repository's secrets, on code that nothing has verified?
import { parse } from 'yaml'

/** True when the workflow runs on a push of `branch` or on its creation; also when that cannot be told. */
export function runsOnPush(workflow: string, branch: string): boolean {
  const triggers = triggersOf(workflow)
  if (triggers === 'unknown') return true
  if ('create' in triggers) return true
  return 'push' in triggers && pushIncludes(triggers.push, branch)
}

function triggersOf(workflow: string): Record<string, unknown> | 'unknown' {
  let on: unknown
  try {
    const document: unknown = parse(workflow)
    on = isRecord(document) ? document.on : undefined
  } catch {
    return 'unknown'
  }
  if (typeof on === 'string') return { [on]: null }
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [String(name), null]))
  return isRecord(on) ? on : {}
}

/** Filters by path are not looked at: which paths a push touches is known too late. */
function pushIncludes(filters: unknown, branch: string): boolean {
  if (!isRecord(filters)) return true
  const only = patterns(filters.branches)
  if (only !== undefined) return lastMatch(only, branch, true)
  const ignored = patterns(filters['branches-ignore'])
  if (ignored !== undefined) return !lastMatch(ignored, branch, false)
  // With a filter for tags alone, GitHub runs it for no branch.
  return filters.tags === undefined && filters['tags-ignore'] === undefined
}

function patterns(filter: unknown): string[] | undefined {
  if (typeof filter === 'string') return [filter]
  return Array.isArray(filter) ? filter.map(String) : undefined
}

/** A later pattern overrules an earlier one; `!` takes out again. `inDoubt` is the answer where a pattern cannot be tried. */
function lastMatch(patterns: string[], branch: string, inDoubt: boolean): boolean {
  let matched = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (matches(negated ? pattern.slice(1) : pattern, branch) ?? negated !== inDoubt) matched = !negated
  }
  return matched
}

/** Longer patterns, or with more repetitions, could cost more than a moment. */
const mostCharacters = 120
const mostRepetitions = 4

/** Undefined where it cannot be told. GitHub's filter patterns: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet */
function matches(pattern: string, branch: string): boolean | undefined {
  if (pattern.length > mostCharacters || pattern.split(/[?+]|\*+/).length - 1 > mostRepetitions) return undefined
  const source = pattern
    .replace(/[.^$(){}|\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'))
  try {
    return new RegExp(`^${source}$`).test(branch)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
