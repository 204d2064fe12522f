import { describe, expect, test } from 'vitest'
import { judgeByRule } from '../../src/judge/judge-by-rule.ts'
import type { JudgedChange } from '../../src/judge/judged-change.ts'
import { patchSections } from '../../src/judge/patch-sections.ts'
import type { FileChange } from '../../src/workspace/workspace.ts'
import { candidateAt } from '../support/candidates.ts'
import { change, planOf } from '../support/fixture-shop.ts'

describe('the rules of the judge', () => {
  test('let an ordinary fix with its test pass', () => {
    expect(
      rules([
        modified('src/total.js', '-  return a\n+  return a + b'),
        modified('test/total.test.js', '+  assert.equal(total(1, 2), 3)'),
      ]),
    ).toEqual([])
  })

  test('refuse an empty change', () => {
    expect(rules([])).toEqual(['empty_change'])
  })

  test('refuse a file that neither plan nor amendment names', () => {
    expect(rules([modified('src/other.js', '+x')])).toEqual(['outside_the_plan'])
  })

  test('refuse a changed definition of a check, unless the issue names it, which a person should look at then', () => {
    const section = modified('package.json', '-    "test": "node --test"\n+    "test": "true"')
    const alteredChecks = new Map([['package.json', 'package manifest']])
    expect(rules([section], { alteredChecks })).toEqual(['check_definition'])
    const asked = judge([section], { alteredChecks, namedFiles: ['package.json'] })
    expect(asked).toEqual({
      objections: [],
      remarks: [
        'The checks ran with the changed package.json (package manifest), as the issue asks: is it as strict as before?',
      ],
    })
  })

  test('refuse a generated file, unless the issue names it', () => {
    const section = modified('src/total.js', '+x')
    const isGenerated = (path: string) => path === 'src/total.js'
    expect(rules([section], { isGenerated })).toEqual(['generated_file'])
    expect(rules([section], { isGenerated, namedFiles: ['src/total.js'] })).toEqual([])
  })

  test('refuse a dependency that the issue does not ask for', () => {
    const section = modified('package.json', '+    "left-pad": "1.0.0"')
    const changedDependencies = new Map([['package.json', ['left-pad']]])
    const asking = (issueText: string, taskType: JudgedChange['taskType'] = 'bug_fix') =>
      rules([section], { changedDependencies, issueText, taskType })
    expect(asking('Pad the total')).toEqual(['dependency_changed'])
    expect(asking('Pad the total with left-padding')).toEqual(['dependency_changed'])
    expect(asking('Pad the total with `left-padding`')).toEqual(['dependency_changed'])
    expect(asking('Pad the total with left-pad.')).toEqual([])
    expect(asking('Pad the total with `left-pad@1`')).toEqual([])
    expect(asking('', 'dependency_upgrade')).toEqual([])
  })

  test('see through lines that look like the header of another file', () => {
    expect(rules([modified('test/total.test.js', '+diff --git a/x b/x\n+test.only("x")')])).toEqual(['test_skipped'])
  })

  test.each(['\r', '\u2028', '\u2029'])(
    'see through a line whose own %j makes the rest of it look like a header',
    (end) => {
      const skipped = modified('test/total.test.js', '+test.only("x")')
      const header = modified('src/total.js', `+  // ${end}diff --git a/x b/x`)
      expect(rules([header, skipped])).toEqual(['test_skipped'])
      const place = modified('test/total.test.js', `+/* ${end}@@ */ test.only("x")`)
      expect(rules([place])).toEqual(['test_skipped'])
    },
  )

  test('look at the right file behind a link that became one, which git tells as gone and as new', () => {
    const link = 'diff --git a/src/total.js b/src/total.js'
    const text = [
      ...[link, 'deleted file mode 120000', '--- a/src/total.js', '+++ /dev/null', '@@ -1 +0,0 @@', '-other.js'],
      ...[link, 'new file mode 100644', '--- /dev/null', '+++ b/src/total.js', '@@ -0,0 +1 @@', '+const total = 1'],
      ...['diff --git a/test/total.test.js b/test/total.test.js', '@@ -1 +1,2 @@', ' ', '+test.only("x")', ''],
    ].join('\n')
    const files = [modified('src/total.js', '').file, modified('test/total.test.js', '').file]
    const patch = { text, files, addedLines: 2, removedLines: 1 }
    expect(judge([], { patch }).objections).toMatchObject([{ about: 'test_skipped', path: 'test/total.test.js' }])
    expect(patchSections(patch)[0]).toMatchObject({ added: ['const total = 1'], removed: ['other.js'] })
  })

  test('refuse to look at a patch whose files cannot be told apart', () => {
    const patch = { text: '', files: [modified('src/total.js', '').file], addedLines: 1, removedLines: 0 }
    expect(() => judge([], { patch })).toThrow('0 sections for 1 files')
  })
})

describe('what other code can use', () => {
  const gone = modified('src/total.js', '-export function total(prices) {\n+export function sum(prices) {')

  test('does not go, unless the issue names it or the task moves code about', () => {
    expect(judge([gone]).objections).toMatchObject([
      { about: 'export_removed', path: 'src/total.js', message: expect.stringContaining('`total` could be used') },
    ])
    expect(rules([gone], { issueText: 'Call it sum instead of `total()`.' })).toEqual([])
    const refactored = judge([gone], { taskType: 'refactor' })
    expect(refactored).toEqual({ objections: [], remarks: ['src/total.js: `total` is gone. Does nobody else use it?'] })
  })

  test('may move to another file', () => {
    const there = modified('src/other.js', '+export function total(prices) {')
    expect(rules([gone, there], { plan: planOf([change('a', 'src/total.js'), change('b', 'src/other.js')]) })).toEqual(
      [],
    )
  })

  test.each([
    ['src/total.js', 'export function total(prices) {', 'export function total(prices, tax) {'],
    ['src/total.ts', 'export class Total extends Sum {', 'export class Total {'],
    ['src/total.py', 'def total(prices):', 'def total(prices, tax=0):'],
    ['total.go', 'func Total(prices []int) int {', 'func Total(prices []int) (int, error) {'],
    ['src/lib.rs', 'pub fn total(prices: &[u32]) -> u32 {', 'pub fn total(prices: &[u64]) -> u64 {'],
    ['Total.java', '  public static int total(int[] prices) {', '  public static long total(int[] prices) {'],
  ])('is shown to people where it reads otherwise: %s', (path, before, after) => {
    const { objections, remarks } = judge([modified(path, `-${before}\n+${after}`)], {
      plan: planOf([change('a', path)]),
    })
    expect(objections).toEqual([])
    const bare = (line: string) => line.trim().replace(/ ?[{:]$/, '')
    expect(remarks).toEqual([`${path}: \`${bare(before)}\` became \`${bare(after)}\`. Does every caller agree?`])
  })

  test.each([
    ['src/total.js', 'export const rate = 1', 'export const rate = 2'],
    ['src/total.js', 'export function total(prices) { return 1 }', 'export function total(prices) { return 2 }'],
    ['src/total.py', 'def _total(prices):', 'def _sum(prices):'],
    ['total.go', 'func total(prices []int) int {', 'func sum(prices []int) int {'],
    ['test/total.test.js', 'export function help() {', 'export function aid() {'],
  ])('is nothing of it inside: %s', (path, before, after) => {
    const judged = judge([modified(path, `-${before}\n+${after}`)], { plan: planOf([change('a', path)]) })
    expect(judged).toEqual({ objections: [], remarks: [] })
  })
})

interface Section {
  file: FileChange
  body: string
}

function rules(sections: Section[], given: Partial<JudgedChange> = {}): string[] {
  return judge(sections, given).objections.map(({ about }) => about)
}

function judge(sections: Section[], given: Partial<JudgedChange> = {}) {
  const text = sections
    .map(
      ({ file: { path }, body }) =>
        `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${body}\n`,
    )
    .join('')
  const planned = ['src/total.js', 'test/total.test.js', 'package.json']
  return judgeByRule({
    patch: { text, files: sections.map((section) => section.file), addedLines: 0, removedLines: 0 },
    plan: planOf(planned.map((path, at) => change(`m${at}`, path))),
    candidate: candidateAt(''),
    taskType: 'bug_fix',
    issueText: '',
    namedFiles: [],
    isTest: (path) => path.startsWith('test/'),
    isGenerated: () => false,
    alteredChecks: new Map(),
    changedDependencies: new Map(),
    ...given,
  })
}

function modified(path: string, body: string): Section {
  return { file: { path, kind: 'modified', addedLines: 1, removedLines: 1, binary: false }, body }
}
