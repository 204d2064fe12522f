import { describe, expect, test } from 'vitest'
import { checkPlan, orderModifications } from '../../src/plan/check-plan.ts'
import type { ImplementationPlan, Modification } from '../../src/plan/plan.ts'

const rules = {
  knownFiles: new Set(['src/total.js', 'src/parse.js', 'test/total.test.js']),
  mayWrite: (path: string) =>
    path.startsWith('.github/')
      ? ({ allowed: false, rule: 'ci', message: `${path} is protected.` } as const)
      : ({ allowed: true } as const),
}

describe('a plan', () => {
  test('that changes known files in order stands', () => {
    expect(
      checkPlan(plan(change('a', 'src/total.js'), change('b', 'test/total.test.js', { dependsOn: ['a'] })), rules),
    ).toEqual([])
  })

  test('that names an unknown file is refused with the near name', () => {
    expect(checkPlan(plan(change('a', 'src/totals.js')), rules)).toEqual([
      'a: there is no file src/totals.js. Did you mean src/total.js?',
    ])
    expect(checkPlan(plan(change('a', 'lib/parse.js')), rules)).toEqual([
      'a: there is no file lib/parse.js. Did you mean src/parse.js?',
    ])
  })

  test('that creates what exists, or writes where it may not, is refused', () => {
    expect(checkPlan(plan(change('a', 'src/total.js', { kind: 'create' })), rules)[0]).toContain('exists already')
    expect(checkPlan(plan(change('a', '.github/workflows/ci.yml', { kind: 'create' })), rules)).toEqual([
      'a: refused (ci): .github/workflows/ci.yml is protected.',
    ])
  })

  test('with a cycle, an unknown dependency, or a file twice is refused', () => {
    const cycle = plan(
      change('a', 'src/total.js', { dependsOn: ['b'] }),
      change('b', 'src/parse.js', { dependsOn: ['a'] }),
    )
    expect(checkPlan(cycle, rules).join()).toContain('cycle')
    expect(checkPlan(plan(change('a', 'src/total.js', { dependsOn: ['z'] })), rules)).toEqual([
      'a: depends on z, which is not in the plan.',
    ])
    expect(checkPlan(plan(change('a', 'src/total.js'), change('b', 'src/total.js')), rules)).toEqual([
      'src/total.js: two modifications name this file; make them one.',
    ])
  })

  test('is carried out so that each modification stands after what it needs', () => {
    const ordered = orderModifications([
      change('c', 'x', { dependsOn: ['b'] }),
      change('a', 'y'),
      change('b', 'z', { dependsOn: ['a'] }),
    ])
    expect(ordered?.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })
})

function change(id: string, path: string, more: Partial<Modification> = {}): Modification {
  return { id, path, kind: 'modify', title: 't', reason: 'r', dependsOn: [], test: false, estimatedLines: 1, ...more }
}

function plan(...modifications: Modification[]): ImplementationPlan {
  return { summary: 's', modifications, removedTests: [], risks: [], questions: [], feasible: true }
}
