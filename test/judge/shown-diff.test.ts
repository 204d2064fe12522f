import { expect, test } from 'vitest'
import { describeDiff, shownFiles } from '../../src/judge/shown-diff.ts'
import type { TreeChange } from '../../src/publish/publication.ts'
import type { FileChange, Patch } from '../../src/workspace/workspace.ts'

const patch = (kind: FileChange['kind'], hunks: string) => ({
  text: `diff --git a/a.js b/a.js\nindex 1111111..2222222 100644\n--- a/a.js\n+++ b/a.js\n${hunks}`,
  files: [{ path: 'a.js', kind, addedLines: 1, removedLines: 1, binary: false }],
  addedLines: 1,
  removedLines: 1,
})
const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`)
const shown = (of: Patch, changes: TreeChange[], isCode = true) =>
  describeDiff(shownFiles({ patch: of, changes, isCode: () => isCode }))
const contents = (text: string) => [{ path: 'a.js', blob: { mode: '100644' as const, content: Buffer.from(text) } }]

test('a small file is shown whole, with the change in its place', () => {
  const after = lines(8)
    .map((line) => (line === 'line 4' ? 'mended' : line))
    .filter((line) => line !== 'line 7')
  const hunks = '@@ -3,3 +3,3 @@\n line 3\n-line 4\n+mended\n line 5\n@@ -7 +6,0 @@\n-line 7\n'
  expect(shown(patch('modified', hunks), contents(`${after.join('\n')}\n`)).split('\n')).toEqual([
    '=== a.js (changed, shown whole)',
    '1 line 1',
    '2 line 2',
    '3 line 3',
    '-line 4',
    '4+mended',
    '5 line 5',
    '6 line 6',
    '-line 7',
    '7 line 8',
  ])
})

test('of a long file the hunks are shown, and where something is left out', () => {
  const hunks =
    '@@ -200,2 +200,2 @@ function x() {\n   line 200\n-line 201\n+mended\n@@ -290 +290 @@\n-line 290\n+more\n'
  expect(shown(patch('modified', hunks), contents(lines(300).join('\n')))).toBe(
    '=== a.js (changed)\nin function x() {\n200   line 200\n-line 201\n201+mended\n…\n-line 290\n290+more',
  )
})

test('the head that git names is left out where another one begins before the change', () => {
  const hunks = '@@ -200,2 +200,3 @@ function x() {\n }\n function y() {\n+  mended\n'
  expect(shown(patch('modified', hunks), contents(lines(300).join('\n')))).toBe(
    '=== a.js (changed)\n200 }\n201 function y() {\n202+  mended',
  )
})

test('of tests and documents the hunks suffice, also where they are short', () => {
  const hunks = "@@ -2 +2,2 @@ describe('total', () => {\n   line 2\n+mended\n"
  expect(shown(patch('modified', hunks), contents(lines(8).join('\n')), false)).toBe(
    "=== a.js (changed)\nin describe('total', () => {\n2   line 2\n3+mended",
  )
})

test('new, deleted and binary files say that they are', () => {
  expect(shown(patch('added', '@@ -0,0 +1 @@\n+one\n'), contents('one\n'))).toBe('=== a.js (new file)\n1+one')
  const gone = [{ path: 'a.js', blob: null }]
  expect(shown(patch('deleted', '@@ -1 +0,0 @@\n-one\n'), gone)).toBe('=== a.js (deleted)\n-one')
  const image = {
    ...patch('modified', ''),
    files: [{ ...patch('modified', '').files[0], binary: true }] as FileChange[],
  }
  expect(shown(image, contents('\0'))).toBe('=== a.js (binary)')
})
