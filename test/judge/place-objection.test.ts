import { expect, test } from 'vitest'
import { placeObjection } from '../../src/judge/place-objection.ts'
import type { ShownFile } from '../../src/judge/shown-diff.ts'

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ number: from + at, text: `+line ${from + at}` }))
const files: ShownFile[] = [
  { path: 'src/total.js', state: 'changed', places: [lines(20, 24), [{ text: '-gone' }], lines(80, 82)] },
  { path: 'src/old.js', state: 'deleted', places: [[{ text: '-gone' }]] },
]
const place = (path: string | undefined, line?: number) => {
  const said = { by: 'reviewer' as const, about: 'intent', message: 'It is wrong.' }
  return placeObjection({ ...said, ...(path !== undefined && { path }), ...(line !== undefined && { line }) }, files)
}

test.each([
  ['a line of the diff stays', 'src/total.js', 22, 'src/total.js', 22],
  ['a line beside a hunk becomes the nearest of it', 'src/total.js', 75, 'src/total.js', 80],
  ['a line that is nowhere near is dropped', 'src/total.js', 400, 'src/total.js', undefined],
  ['a place in one word is read', './src/total.js:24', undefined, 'src/total.js', 24],
  ['a file that is gone has no lines', 'src/old.js', 1, 'src/old.js', undefined],
  ['an objection to the whole names no line either', '', 3, undefined, undefined],
])('%s', (_, path, line, at, number) => {
  const placed = place(path, line)
  expect([placed.path, placed.line]).toEqual([at, number])
  expect(placed.message).toBe('It is wrong.')
})

test('a file that did not change is no place, and the objection says so and stays', () => {
  expect(place('src/caller.js', 7)).toEqual({
    by: 'reviewer',
    about: 'intent',
    message: 'It is wrong. (Said of src/caller.js, which the change leaves as it is.)',
  })
})
