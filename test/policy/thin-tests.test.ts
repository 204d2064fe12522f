import { describe, expect, test } from 'vitest'
import type { Modification } from '../../src/plan/plan.ts'
import type { Permitted } from '../../src/policy/autonomy.ts'
import { decideOnPlan } from '../../src/policy/gate-plan.ts'
import { defaultCeilings } from '../../src/policy/policy.ts'
import { testsToWriteFirst } from '../../src/policy/thin-tests.ts'
import type { TaskType } from '../../src/task/contract.ts'
import { contractOf, planOf, policyOf } from './fixture.ts'

const source = 'src/slug.ts'
const untested = [source]

function plan(...modifications: Partial<Modification>[]) {
  const [first] = planOf(source).modifications
  if (first === undefined) throw new Error('a plan without a modification')
  return { ...planOf(source), modifications: modifications.map((one, at) => ({ ...first, id: `m${at + 1}`, ...one })) }
}
const change = { path: source, kind: 'modify', test: false } as const
const written = { path: 'test/slug.test.ts', kind: 'create', test: true } as const

describe('a plan for code that no test is near, where tests are to be written first,', () => {
  const problems = (taskType: TaskType, ...modifications: Partial<Modification>[]) =>
    testsToWriteFirst(plan(...modifications), contractOf({ taskType }), { policy: policyOf(), untested })

  test('must have a test', () => {
    expect(problems('bug_fix', change)).toEqual([
      'No test is near src/slug.ts. Add one that shows what the change is about, or say in withoutTest why none can.',
    ])
    expect(problems('bug_fix', change, written)).toEqual([])
  })

  test('begins with it where behaviour stays', () => {
    expect(problems('refactor', change, written)).toEqual([
      'm1: no test is near src/slug.ts. Put the test before it, and let it depend on that.',
    ])
    expect(problems('refactor', written, change)).toEqual([])
  })

  test('may say why there is none; a test that is deleted is none', () => {
    const without = { ...plan(change), withoutTest: 'It only renames a file.' }
    expect(testsToWriteFirst(without, contractOf(), { policy: policyOf(), untested })).toEqual([])
    expect(problems('bug_fix', change, { ...written, kind: 'delete' })).toHaveLength(1)
  })

  test.each(['lower_autonomy', 'decline', 'allow'])('is left as it is under untestedCode: %s', (key) => {
    const policy = policyOf(`untestedCode: ${key}`)
    expect(testsToWriteFirst(plan(change), contractOf(), { policy, untested })).toEqual([])
  })
})

describe('the decision on such a plan', () => {
  const supervised: Permitted = {
    ...{ kind: 'allowed', risk: 'medium', mode: 'supervised_pr' },
    ...{ reasons: ['Risk medium: a bug fix.'], approvals: [], notes: [], gates: [] },
  }
  const decide = (
    key: string,
    given: { withoutTest?: string; far?: string[]; before?: string[]; planned?: Partial<Modification>[] } = {},
  ) => {
    const { withoutTest, far = untested, before = [], planned = [change] } = given
    return decideOnPlan(
      { ...plan(...planned), ...(withoutTest && { withoutTest }) },
      contractOf({ taskType: 'bug_fix' }),
      {
        policy: policyOf(`untestedCode: ${key}`),
        decision: { ...supervised, reasons: [...supervised.reasons, ...before] },
        knownFiles: new Set([source]),
        ceilings: defaultCeilings.limits,
        untested: far,
      },
    )
  }

  test('goes one step less far, so that people see the plan', () => {
    const decided = decide('lower_autonomy')
    expect(decided).toMatchObject({ kind: 'approval_required', mode: 'draft_only' })
    expect(decided.reasons).toContain('No test is near src/slug.ts (untestedCode: lower_autonomy).')
  })

  test('is lowered once, however often the plan is amended', () => {
    const before = ['No test is near src/other.ts (untestedCode: lower_autonomy).']
    expect(decide('lower_autonomy', { before })).toMatchObject({ mode: 'supervised_pr' })
  })

  test('is a decline where the policy wants that', () => {
    expect(decide('decline')).toMatchObject({
      kind: 'declined',
      decline: { code: 'untested_code', evidence: ['No test is named after src/slug.ts or imports it.'] },
    })
  })

  test('is lowered where tests were to be written and the plan says why it writes none', () => {
    const decided = decide('write_first', { withoutTest: 'it only renames a file' })
    expect(decided).toMatchObject({ mode: 'draft_only' })
    expect(decided.reasons).toContain('No test is near src/slug.ts, and the plan writes none: it only renames a file')
    // The reason may be about one criterion of several.
    const tested = decide('write_first', { withoutTest: 'one criterion is about words', planned: [change, written] })
    expect(tested).toMatchObject({ mode: 'supervised_pr' })
  })

  test.each(['lower_autonomy', 'decline', 'write_first'])('stands where tests are near, under %s', (key) => {
    expect(decide(key, { far: [], withoutTest: 'none' })).toMatchObject({ kind: 'allowed', mode: 'supervised_pr' })
  })
})
