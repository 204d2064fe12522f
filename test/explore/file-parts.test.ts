import { expect, test } from 'vitest'
import { fileParts, hitsOf, mentionParts } from '../../src/explore/file-parts.ts'

const licence = Array.from({ length: 12 }, (_, at) => `# Licence, line ${at + 1}`)
const code = Array.from({ length: 400 }, (_, at) => `value_${at} = ${at}`)
const text = [...licence, '', ...code].join('\n')

test('a window near the top of a file leaves its licence out', () => {
  const { lines, parts } = fileParts(text, [{ line: 20, points: 1, defines: false }], 10_000)
  expect(lines).toBe(413)
  expect(parts).toHaveLength(1)
  expect(parts[0]).toMatchObject({ from: 14, to: 40 })
})

test('a hit inside of it is shown', () => {
  const { parts } = fileParts(text, [{ line: 3, points: 1, defines: false }], 10_000)
  expect(parts[0]).toMatchObject({ from: 1, to: 23 })
})

test('of a file that only mentions it, each place is shown with little around, and a tiny file whole', () => {
  const hits = [30, 200].map((line) => ({ line, points: 1, defines: false }))
  const { parts } = mentionParts(text, hits, 1_500)
  expect(parts.map(({ from, to }) => [from, to])).toEqual([
    [26, 34],
    [196, 204],
  ])
  expect(mentionParts('one\ntwo\n', [{ line: 1, points: 1, defines: false }], 1_500).parts).toEqual([
    { from: 1, to: 2, text: 'one\ntwo' },
  ])
})

test('a name is where it is defined, one of a class in its class, and a word where it stands first', () => {
  const lines = ['import b', 'class A:', '  def b(self):', '    return 1', 'class C:', '  def b(self):', '    return b']
  const hits = hitsOf(['b', 'C.b', 'return', 'absent'], lines.join('\n'))
  expect(hits.map(({ line, defines }) => [line, defines])).toEqual([
    [3, true],
    [6, true],
    [6, true],
    [4, false],
  ])
})
