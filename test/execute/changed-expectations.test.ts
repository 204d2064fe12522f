import { describe, expect, test } from 'vitest'
import { changedExpectations } from '../../src/execute/changed-expectations.ts'

describe('a test expects something else', () => {
  test.each([
    ['another value', ['assert.equal(total([]), 0)'], ['assert.equal(total([]), 1)']],
    ['a looser assertion', ['expect(total([])).toBe(0)'], ['expect(total([])).toBeDefined()']],
    ['another line of a long expectation', ['    total: 3,'], ['    total: 4,']],
    ['another input', ['  const prices = [1, 2]'], ['  const prices = [1]']],
    ['an assertion that became a comment', ['  assert total == 3'], ['  # assert total == 3']],
    ['nothing in its place', ['  expect(a).toBe(1)'], []],
    ['another name', ["test('is empty', () => {"], ["test('is free', () => {"]],
  ])('%s', (_, removed, added) => {
    expect(changedIn(removed, added)).toEqual(['test/a.test.js'])
  })
})

describe('a test expects what it did', () => {
  test.each([
    ['moved', ['  assert.equal(a, 1)', '  assert.equal(b, 2)'], ['assert.equal(b, 2)', 'assert.equal(a, 1)']],
    [
      'wrapped by a formatter',
      ['  expect(total(a, b)).toBe(3);'],
      ['  expect(', '    total(', '      a,', '      b,', '    ),', '  ).toBe(3)'],
    ],
    ['with a row more', ['  [1, 2]'], ['  [1, 2],', '  [3, 4],']],
    [
      'with other imports',
      ["import { a } from './a.js'", 'from a import b'],
      ["import { a, b } from './a.js'", 'from a import b, c'],
    ],
    ['with another comment', ['  // one'], ['  // two']],
    ['with less space', ['', '})'], []],
  ])('%s', (_, removed, added) => {
    expect(changedIn(removed, added)).toEqual([])
  })

  test('where it is new, or no test at all', () => {
    expect(changedIn(['assert(1)'], [], { kind: 'added' })).toEqual([])
    expect(changedIn(['assert(1)'], [], { path: 'src/a.js' })).toEqual([])
  })
})

function changedIn(removed: string[], added: string[], more: { kind?: 'added' | 'modified'; path?: string } = {}) {
  const { kind = 'modified', path = 'test/a.test.js' } = more
  const lines = [
    'diff --git a/a b/a',
    '@@ -1 +1 @@',
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
  ]
  const file = { path, kind, addedLines: added.length, removedLines: removed.length, binary: false }
  const patch = { text: `${lines.join('\n')}\n`, files: [file], addedLines: added.length, removedLines: removed.length }
  return changedExpectations(patch, (one) => one.includes('test'))
}
