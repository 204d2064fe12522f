import { symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ecosystemContract } from '../contract/ecosystem.ts'

const sums = 'export const add = (a, b) => a + b\n'

ecosystemContract({
  name: 'node',
  runner: 'node --test',
  programs: ['node', 'npm'],
  packageName: 'npm',
  files: {
    'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
    'src/sums.js': sums.replace('a + b', 'a - b'),
    'test/sums.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add } from '../src/sums.js'

test('holds', () => {})
test('adds', () => assert.equal(add(1, 1), 2))
test('waits', { skip: true }, () => {})
`,
    'test/names.test.js': "import { test } from 'node:test'\n\ntest('is named', () => {})\n",
  },
  test: {
    path: 'test/sums.test.js',
    passes: 'test/sums.test.js > holds',
    fails: 'test/sums.test.js > adds',
    skipped: 'test/sums.test.js > waits',
    place: 'test/sums.test.js:6',
    words: '0 !== 2',
  },
  second: { path: 'test/names.test.js', passes: 'test/names.test.js > is named' },
  mend: { 'src/sums.js': sums },
  breakage: { files: { 'src/sums.js': 'export const add = (a, b) =>\n' }, words: ['src/sums.js:2', 'SyntaxError'] },
})

ecosystemContract({
  name: 'node',
  runner: 'vitest',
  programs: ['node', 'npm'],
  packageName: 'npm',
  files: {
    'package.json': JSON.stringify({
      type: 'module',
      scripts: { test: 'vitest run' },
      devDependencies: { vitest: '*' },
    }),
    'src/sums.ts': sums.replace('a + b', 'a - b').replaceAll(/([ab])(?=[,)])/g, '$1: number'),
    'test/sums.test.ts': `import { expect, it } from 'vitest'
import { add } from '../src/sums.ts'

it('holds', () => {})
it('adds', () => expect(add(1, 1)).toBe(2))
it.skip('waits', () => {})
`,
    'test/names.test.ts': "import { it } from 'vitest'\n\nit('is named', () => {})\n",
  },
  // This project's own: what a registry would send in a minute.
  provide: async ({ tree }) => symlink(resolve('node_modules'), join(tree, 'node_modules')),
  test: {
    path: 'test/sums.test.ts',
    passes: 'test/sums.test.ts > holds',
    fails: 'test/sums.test.ts > adds',
    skipped: 'test/sums.test.ts > waits',
    place: 'test/sums.test.ts:5',
    words: 'expected +0 to be 2',
  },
  second: { path: 'test/names.test.ts', passes: 'test/names.test.ts > is named' },
  mend: { 'src/sums.ts': sums.replaceAll(/([ab])(?=[,)])/g, '$1: number') },
  breakage: { files: { 'src/sums.ts': 'export const add = (a, b) =>\n' }, words: ['src/sums.ts'] },
})
