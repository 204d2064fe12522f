import { describe, expect, test } from 'vitest'
import { judgeNear, notShown } from '../../src/execute/near-checks.ts'
import type { CheckResult, TestCase } from '../../src/toolchain/toolchain.ts'

const before = [check({ tests: { old: 'passed', broken: 'failed' } })]
const calm = { before, pending: false }

describe('the checks near a modification', () => {
  test('stand when what passed before passes, whatever failed before', () => {
    const near = judgeNear(
      [check({ passed: false, tests: { old: 'passed', broken: 'failed', fresh: 'passed' } })],
      calm,
    )
    expect(near).toEqual({
      summary: '2 of 3 tests near it pass.',
      commands: [{ line: 'run test', exitCode: 1, durationMs: 5 }],
    })
  })

  test('say which test that passed before the change broke, and tell it from what is new', () => {
    const both = judgeNear([check({ passed: false, tests: { old: 'failed', fresh: 'failed' } })], calm)
    expect(both).toMatchObject({ failure: 'existing_test', summary: 'Passed before: old\nrun test\ntest failed' })
    const one = judgeNear([check({ passed: false, tests: { old: 'failed' } })], calm)
    expect(one).toMatchObject({ failure: 'existing_test', summary: 'run test\ntest failed' })
    const fresh = judgeNear([check({ passed: false, tests: { fresh: 'failed' } })], calm)
    expect(fresh).toMatchObject({ failure: 'new_code' })
  })

  test('let a new test wait for sources that are still to be changed', () => {
    const waiting = judgeNear([check({ passed: false, tests: { fresh: 'failed' } })], { before, pending: true })
    expect(waiting.failure).toBeUndefined()
    const broken = judgeNear([check({ passed: false, tests: { old: 'failed' } })], { before, pending: true })
    expect(broken.failure).toBe('existing_test')
  })

  test.each([
    ['a check that was green and finds something', check({ name: 'lint', passed: false }), 'new_code'],
    ['a runner that breaks down', check({ passed: false, tests: {} }), 'new_code'],
    ['a time that is over', check({ passed: false, timedOut: true }), 'new_code'],
    ['a suite without names, green before', check({ passed: false }), 'new_code'],
  ])('fall by %s', (_, result, failure) => {
    expect(judgeNear([result], { before: [check({})], pending: false }).failure).toBe(failure)
  })

  test('do not fall by a suite without names that was red before', () => {
    const red = { before: [check({ passed: false })], pending: false }
    expect(judgeNear([check({ passed: false })], red).failure).toBeUndefined()
  })

  test('fall by what a linter finds that was red before only where that is new', () => {
    const finds = (...findings: string[]) => ({ ...check({ name: 'lint', passed: false }), findings })
    const red = { before: [finds('a.js: unused')], pending: false }
    expect(judgeNear([finds('a.js: unused')], red).failure).toBeUndefined()
    const near = judgeNear([finds('a.js: unused', 'b.js: unused')], red)
    expect(near.failure).toBe('new_code')
    expect(near.summary).toContain('These findings are new:\n- b.js: unused')
  })

  test('say that there are none', () => {
    expect(judgeNear([], calm).summary).toBe('No test is near this change; everything runs at the end.')
  })
})

describe('what the tests of a change show', () => {
  test('is enough with one that fails without it, and unknown where nothing ran', () => {
    expect(notShown({ failsWithoutChange: ['a'], passesWithoutChange: ['guard'] })).toBeUndefined()
    expect(notShown(undefined)).toBeUndefined()
  })

  test('is nothing where all pass without it, and the first of them are named', () => {
    const names = Array.from({ length: 12 }, (_, at) => `t${at}`)
    expect(notShown({ failsWithoutChange: [], passesWithoutChange: names })).toBe(
      `They pass on the code without this change, too. Write one that fails there.\nPasses without the change: ${names.slice(0, 10).join('; ')} … and 2 more`,
    )
  })
})

interface Ran extends Partial<Pick<CheckResult, 'name' | 'passed' | 'timedOut'>> {
  tests?: Record<string, TestCase['status']>
}

function check({ name = 'test', passed = true, timedOut = false, tests }: Ran): CheckResult {
  return {
    id: name,
    name,
    line: `run ${name}`,
    required: true,
    passed,
    exitCode: passed ? 0 : 1,
    timedOut,
    durationMs: 5,
    summary: `${name} failed`,
    log: '',
    ...(tests && { tests: Object.entries(tests).map(([test, status]) => ({ name: test, status })) }),
  }
}
