// Rules over a proposed plan. What they find goes back to the planner as text; nobody acts on a plan with problems.
import { closest, distance } from 'fastest-levenshtein'
import type { WriteVerdict } from '../policy/paths.ts'
import type { ImplementationPlan, Modification } from './plan.ts'

export interface PlanRules {
  /** Files of the repository at the base commit. */
  knownFiles: ReadonlySet<string>
  mayWrite(path: string): WriteVerdict
}

/** One sentence a problem, in words that tell the planner what to do; empty when the plan stands. */
export function checkPlan(plan: ImplementationPlan, rules: PlanRules): string[] {
  if (plan.modifications.length === 0)
    return ['The plan has no modification. Where the issue cannot be solved, set feasible to false and say why.']
  return [
    ...plan.modifications.flatMap((modification) => checkModification(modification, plan, rules)),
    ...duplicates(plan.modifications),
    ...(orderModifications(plan.modifications)
      ? []
      : ['dependsOn has a cycle; order the modifications so that none waits for itself.']),
  ]
}

/** The modifications in an order in which each stands after what it depends on, otherwise as proposed; undefined when there is a cycle. */
export function orderModifications(modifications: Modification[]): Modification[] | undefined {
  const ordered: Modification[] = []
  const waiting = [...modifications]
  while (waiting.length > 0) {
    const next = waiting.findIndex((candidate) =>
      candidate.dependsOn.every((id) => !waiting.some((other) => other.id === id)),
    )
    if (next < 0) return undefined
    ordered.push(...waiting.splice(next, 1))
  }
  return ordered
}

function checkModification(modification: Modification, plan: ImplementationPlan, rules: PlanRules): string[] {
  const { id, path, kind, dependsOn } = modification
  const problems: string[] = []
  const verdict = rules.mayWrite(path)
  if (!verdict.allowed) problems.push(`${id}: ${verdict.message}`)
  const exists = rules.knownFiles.has(path)
  if (kind === 'create' && exists) problems.push(`${id}: ${path} exists already; use kind "modify".`)
  if (kind !== 'create' && !exists)
    problems.push(`${id}: there is no file ${path}.${nearNames(path, rules.knownFiles)}`)
  for (const other of dependsOn) {
    if (!plan.modifications.some((candidate) => candidate.id === other))
      problems.push(`${id}: depends on ${other}, which is not in the plan.`)
  }
  return problems
}

function nearNames(path: string, known: ReadonlySet<string>): string {
  const names = [...known]
  const sameName = names.filter((name) => name.split('/').at(-1) === path.split('/').at(-1)).slice(0, 3)
  if (sameName.length > 0) return ` Did you mean ${sameName.join(' or ')}?`
  const near = names.length > 0 ? closest(path, names) : undefined
  return near && distance(path, near) <= path.length / 3 ? ` Did you mean ${near}?` : ''
}

function duplicates(modifications: Modification[]): string[] {
  const twice = (values: string[]) => [...new Set(values.filter((value, at) => values.indexOf(value) !== at))]
  return [
    ...twice(modifications.map(({ id }) => id)).map((id) => `${id}: two modifications have this id.`),
    ...twice(modifications.map(({ path }) => path)).map(
      (path) => `${path}: two modifications name this file; make them one.`,
    ),
  ]
}
