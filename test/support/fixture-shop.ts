// A small repository with a defect and tests of its own, and what a model says to mend it.
import type { Modification } from '../../src/plan/plan.ts'
import { call } from './scripted-model.ts'

export const shop: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  '.gitignore': 'node_modules\nignored.txt\n',
  'src/total.js':
    'export function total(prices) {\n  return prices.slice(1).reduce((sum, price) => sum + price, 0)\n}\n',
  'src/names.js': "export function fullName(first, last) {\n  return [first, last].join(' ')\n}\n",
  'src/label.js':
    "import { total } from './total.js'\n\nexport function label(prices) {\n  return total(prices).toFixed(2)\n}\n",
  'test/total.test.js':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { total } from '../src/total.js'\n\ntest('an empty list costs nothing', () => {\n  assert.equal(total([]), 0)\n})\n",
  'test/names.test.js':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { fullName } from '../src/names.js'\n\ntest('joins first and last name', () => {\n  assert.equal(fullName('Ada', 'Byron'), 'Ada Byron')\n})\n",
}

/** What npm would run, in a third of its time. */
export const withoutNpm = 'checks: { test: node --test, targetedTest: "node --test {files}" }'

export const understood = {
  taskType: 'bug_fix',
  objective: 'A total holds every price.',
  affectedFiles: ['src/total.js'],
  searchTerms: ['total'],
  constraints: [],
  acceptanceCriteria: ['total([1, 2]) is 3'],
  complexity: 'low',
  risk: 'low',
  questions: [],
}

export function change(id: string, path: string, more: Partial<Modification> = {}): Modification {
  return {
    id,
    path,
    kind: 'modify',
    title: `Mend ${path}`,
    reason: 'the first price is left out',
    dependsOn: [],
    test: path.startsWith('test/'),
    estimatedLines: 2,
    ...more,
  }
}

export const fixAndTest = [change('fix', 'src/total.js'), change('test', 'test/total.test.js', { dependsOn: ['fix'] })]

export function planOf(modifications: Modification[] = fixAndTest, more: Record<string, unknown> = {}) {
  return {
    summary: 'The first price is summed up, too.',
    modifications,
    removedTests: [],
    risks: [],
    questions: [],
    feasible: true,
    ...more,
  }
}

export const propose = (plan = planOf()) => call('propose_plan', plan)
export const done = (note: string, changedTests?: { path: string; criterion: number; reason: string }[]) =>
  call('done', { note, ...(changedTests && { changedTests }) })
export const edit = (path: string, old: string, next: string) =>
  call('edit_file', { path, edits: [{ old, new: next }] })

/** The right mend. */
export const mendTotal = () => edit('src/total.js', 'prices.slice(1)', 'prices')
/** A mend that breaks the test that passes today. */
export const breakTotal = (start = '1') => edit('src/total.js', 'sum + price, 0', `sum + price, ${start}`)

export const addTest = () =>
  edit(
    'test/total.test.js',
    "test('an empty list",
    "test('counts every price', () => {\n  assert.equal(total([1, 2]), 3)\n})\n\ntest('an empty list",
  )
