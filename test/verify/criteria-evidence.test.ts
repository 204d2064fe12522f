import { expect, test } from 'vitest'
import { criteriaEvidence } from '../../src/verify/criteria-evidence.ts'
import { change } from '../support/fixture-shop.ts'

const criteria = ['An empty range is reversed into nothing.']

function evidenceOf(path: string, name: string) {
  return criteriaEvidence({
    criteria,
    modifications: [change('test', path, { test: true, criteria: [1] })],
    checks: [],
    reproduction: { failsWithoutChange: [name], passesWithoutChange: [] },
    tests: [{ name, status: 'passed' }],
  } as unknown as Parameters<typeof criteriaEvidence>[0])
}

test('a test stands in the file that its name begins with', () => {
  const name = 'test/range.test.js > reversed'
  expect(evidenceOf('test/range.test.js', name)).toEqual([{ criterion: criteria[0], shownBy: [name], newTests: [] }])
})

test('a test of unittest stands in the file of its module', () => {
  const name = 'tests.test_more.RangeTests > test_reversed'
  expect(evidenceOf('tests/test_more.py', name)).toEqual([{ criterion: criteria[0], shownBy: [name], newTests: [] }])
})

test('nothing is said where a name tells no file', () => {
  expect(evidenceOf('tests/test_other.py', 'tests.test_more.RangeTests > test_reversed')).toEqual([])
  expect(evidenceOf('ip_test.go', 'gopkg.in/yaml.v3 > TestIP')).toEqual([])
})
