import { expect, it } from 'vitest'
import { notReproducible } from '../../src/policy/reproducible.ts'

const attempts = {
  taskType: 'bug_fix' as const,
  seen: false,
  baseline: ['npm test: 42 tests pass, none fails'],
  passing: ['slug > keeps one dash'],
}

it('declines a defect that no test shows, with what was tried', () => {
  expect(notReproducible(attempts)).toEqual({
    code: 'not_reproducible',
    evidence: [
      'On the base commit, npm test: 42 tests pass, none fails.',
      'Written to show the defect, but passes without a change, too: slug > keeps one dash',
    ],
  })
})

it.each([
  ['was seen', { seen: true }],
  ['is none', { taskType: 'feature' as const }],
  ['nobody tried to show', { passing: [] }],
])('says nothing of a defect that %s', (_, change) => {
  expect(notReproducible({ ...attempts, ...change })).toBeUndefined()
})

it('names each test once, and a few', () => {
  const names = Array.from({ length: 8 }, (_, at) => `test ${at}`)
  const decline = notReproducible({ ...attempts, passing: [...names, ...names] })
  expect(decline?.evidence).toHaveLength(7)
  expect(decline?.evidence.at(-1)).toBe('And 3 more that pass without a change.')
})
