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
