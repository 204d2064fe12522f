import { describe, expect, test } from 'vitest'
import { judgeByRule } from '../../src/judge/judge-by-rule.ts'
import type { FileChange } from '../../src/workspace/workspace.ts'

describe('the rules of the judge', () => {
  test('let an ordinary fix with its test pass', () => {
    expect(
      judge([
        modified('src/total.js', '-  return a\n+  return a + b'),
        modified('test/total.test.js', '+  assert.equal(total(1, 2), 3)'),
      ]),
    ).toEqual([])
  })

  test('refuse an empty change', () => {
    expect(judge([])).toEqual(['empty_change'])
  })

  test('refuse a file that neither plan nor amendment names', () => {
    expect(judge([modified('src/other.js', '+x')])).toEqual(['outside_the_plan'])
  })

  test.each([
    "+  test.skip('adds', () => {})",
    "+  it.only('adds', () => {})",
    "+  test('adds', { skip: true }, () => {})",
    '+@pytest.mark.skip',
    "+  @unittest.skip('later')",
    '+    self.skipTest("later")',
  ])('refuse a test that is switched off: %s', (line) => {
    expect(judge([modified('test/total.test.js', `${line}\n+  assert(1)`)])).toEqual(['test_skipped'])
  })

  test('let a skip that stood there before stay', () => {
    expect(
      judge([modified('test/total.test.js', "-  test.skip('old', () => {})\n+  test.skip('renamed', () => {})")]),
    ).toEqual([])
  })

  test('refuse a deleted test and removed assertions', () => {
    expect(judge([{ file: file('test/total.test.js', 'deleted'), body: '-  assert(1)' }])).toEqual(['test_deleted'])
    expect(
      judge([modified('test/total.test.js', '-  assert.equal(a, 1)\n-  assert.equal(b, 2)\n+  assert.ok(a)')]),
    ).toEqual(['assertions_removed'])
  })

  test('refuse a changed definition of a check, unless the issue names it', () => {
    const change = modified('package.json', '-    "test": "node --test"\n+    "test": "true"')
    expect(judge([change])).toEqual(['check_definition'])
    expect(judge([change], ['package.json'])).toEqual([])
  })

  test('see through lines that look like the header of another file', () => {
    expect(judge([modified('test/total.test.js', '+diff --git a/x b/x\n+test.only("x")')])).toEqual(['test_skipped'])
  })
})

interface Section {
  file: FileChange
  body: string
}

function judge(sections: Section[], namedFiles: string[] = []): string[] {
  const planned = ['src/total.js', 'test/total.test.js', 'package.json']
  const text = sections
    .map(
      ({ file: { path }, body }) =>
        `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${body}\n`,
    )
    .join('')
  const modifications = planned.map((path, at) => ({
    id: `m${at}`,
    path,
    kind: 'modify' as const,
    title: 't',
    reason: 'r',
    dependsOn: [],
    test: false,
    estimatedLines: 1,
  }))
  return judgeByRule({
    patch: { text, files: sections.map((section) => section.file), addedLines: 0, removedLines: 0 },
    plan: { summary: 's', modifications, removedTests: [], risks: [], questions: [], feasible: true },
    candidate: {
      treeSha: '',
      patch: '',
      results: [],
      amendments: [],
      changedTests: [],
      explanation: '',
      conversation: [],
      turns: 0,
      toolCalls: 0,
    },
    namedFiles,
    isTest: (path) => path.startsWith('test/'),
    alteredChecks: new Map([['package.json', 'package manifest']]),
  }).map(({ about }) => about)
}

function modified(path: string, body: string): Section {
  return { file: file(path, 'modified'), body }
}

function file(path: string, kind: FileChange['kind']): FileChange {
  return { path, kind, addedLines: 1, removedLines: 1, binary: false }
}
