// Rules over a proposed plan. What they find goes back to the planner as text; nobody acts on a plan with problems.
import { nearestPaths } from '../policy/nearest-paths.ts'
import type { WriteVerdict } from '../policy/paths.ts'
import type { ImplementationPlan, Modification } from './plan.ts'

export interface PlanRules {
  /** Files of the repository at the base commit. */
  knownFiles: ReadonlySet<string>
  mayWrite(path: string): WriteVerdict
  /** What the tests of the plan have to cover; absent where none are asked for. */
  tests?: {
    /** Acceptance criteria, numbered from 1. */
    criteria: number
    /** True where each criterion has to be named by a test. */
    each: boolean
  }
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
    ...(rules.tests === undefined || plan.withoutTest !== undefined ? [] : untested(plan, rules.tests)),
  ]
}

/** What is meant to work must be shown to work. */
function untested(
  { modifications }: ImplementationPlan,
  { criteria, each }: NonNullable<PlanRules['tests']>,
): string[] {
  const tests = modifications.filter(({ test, kind }) => test && kind !== 'delete')
  if (tests.length === 0)
    return ['The plan has no test. Add one that fails on the code of today, or say in withoutTest why none can.']
  const covered = new Set(tests.flatMap((test) => test.criteria ?? []))
  const unknown = [...covered].filter((number) => number > criteria)
  const missing = Array.from({ length: each ? criteria : 0 }, (_, at) => at + 1).filter(
    (number) => !covered.has(number),
  )
  return [
    ...unknown.map((number) => `There is no criterion ${number}; the contract has ${criteria}.`),
    ...missing.map(
      (number) =>
        `No test covers criterion ${number}: name it in the criteria of one, or say in withoutTest why none can.`,
    ),
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
  if (!verdict.allowed) problems.push(`${id}: refused (${verdict.rule}): ${verdict.message}`)
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
  const near = nearestPaths(path, known)
  return near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''
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
