import { expect, test } from 'vitest'
import { cleanOutput } from '../../src/agent/clean-output.ts'

const clean = (text: string) => cleanOutput(text, { roots: ['/tmp/run-1/tree', '/work'] })

test('colours, overwritten progress and notices go', () => {
  const output = [
    '\u001b[31mFAIL\u001b[39m a.test.ts  ',
    'npm notice New major version',
    '10%\r50%\r100% done',
    '(node:4711) ExperimentalWarning: x',
    'added 12 packages in 3s',
    '',
    '',
    '',
    'end',
    '',
  ].join('\n')
  expect(clean(output)).toBe('FAIL a.test.ts\n100% done\n\nend')
})

test('paths of the work tree become relative, others stay', () => {
  expect(
    clean('at f (/tmp/run-1/tree/src/a.ts:3:1)\nat g (file:///work/src/b.ts:1)\ncwd /work\n/workers/x and src/work/y'),
  ).toBe('at f (src/a.ts:3:1)\nat g (src/b.ts:1)\ncwd .\n/workers/x and src/work/y')
})

test('a long output keeps its head and more of its tail, in whole lines, and tells how much is missing', () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i} é`)
  const result = clean(lines.join('\n'))
  expect(Buffer.byteLength(result)).toBeLessThanOrEqual(8 * 1024)
  expect(Buffer.byteLength(result)).toBeGreaterThan(7.5 * 1024)
  expect(result.startsWith('line 0 é\nline 1 é\n')).toBe(true)
  expect(result.endsWith('\nline 4999 é')).toBe(true)
  const kept = result.split('\n').filter((line) => /^line \d+ é$/.test(line)).length
  const [, missing] = /… (\d+) bytes left out …/.exec(result) ?? []
  expect(kept).toBe(result.split('\n').length - 1)
  expect(Number(missing)).toBeGreaterThan(40_000)
})
