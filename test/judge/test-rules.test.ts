import { describe, expect, test } from 'vitest'
import { patchSections } from '../../src/judge/patch-sections.ts'
import { judgeTests } from '../../src/judge/test-rules.ts'
import type { FileChange } from '../../src/workspace/workspace.ts'
import { candidateAt } from '../support/candidates.ts'
import { change, planOf } from '../support/fixture-shop.ts'

describe('a test that is switched off', () => {
  test.each([
    ['a.test.js', "  test.skip('adds', () => {})"],
    ['a.test.js', "  it.only('adds', () => {})"],
    ['a.test.ts', "  test.concurrent.skip('adds', () => {})"],
    ['a.test.js', "  test('adds', { skip: true }, () => {})"],
    ['a.test.js', "  test('adds', { skip }, () => {})"],
    ['a.test.js', "  test('adds', { timeout: 50, skip: 'later' }, () => {})"],
    ['a.test.js', '    { skip },'],
    ['a.test.js', "  xit('adds', () => {})"],
    ['a.test.js', '    this.skip()'],
    ['test_a.py', '@pytest.mark.skip'],
    ['test_a.py', '@pytest.mark.xfail(reason="later")'],
    ['test_a.py', "  @unittest.skip('later')"],
    ['test_a.py', '    self.skipTest("later")'],
    ['a_test.go', '\tt.Skip("later")'],
    ['a_test.go', '\tt.SkipNow()'],
    ['tests/a.rs', '#[ignore]'],
    ['tests/a.rs', '#[ignore = "later"]'],
    ['ATest.java', '  @Disabled("later")'],
    ['ATest.java', '    assumeTrue(false);'],
    ['ATest.kt', '  @Ignore'],
    ['a_spec.rb', "  xit 'adds' do"],
    ['a_spec.rb', "    skip 'later'"],
    ['ATest.php', "    $this->markTestSkipped('later');"],
    ['ATests.cs', '    [Fact(Skip = "later")]'],
    ['ATests.cs', '    [Ignore]'],
  ])('is refused: %s %s', (path, line) => {
    expect(judged(path, `+${line}\n`)).toEqual(['test_skipped'])
  })

  test('is not gone besides', () => {
    expect(judged('a.test.js', "-  it('adds', () => {})\n+  it.skip('adds', () => {})\n")).toEqual(['test_skipped'])
    expect(judged('a.test.js', "-  it('adds', () => {})\n+  xit('adds', () => {})\n")).toEqual(['test_skipped'])
  })

  test('may stay so', () => {
    expect(judged('a.test.js', "-  test.skip('old', () => {})\n+  test.skip('renamed', () => {})\n")).toEqual([])
  })

  test.each([
    ['a.test.js', '  model.fit(data)\n+  fit(model)'],
    ['a.test.js', "  options.skip('x')"],
    ['a.test.js', '    const { skip } = readPage()'],
    ['a.test.js', "  test('pages', () => expect(page({ limit: 5, skip: 10 })).toEqual([]))"],
    ['a.test.js', '    expect(page({ limit: 5, skip: 10 })).toEqual([])'],
    ['a.test.js', "  test('adds', { skip: false }, () => {})"],
    ['a.test.js', "  test('adds', { timeout: 50, skip: false }, () => {})"],
    ['a_spec.rb', '    expect(page.skip).to eq 1'],
    ['a_test.go', '\tskip := 3'],
  ])('is another thing than a word like it: %s %s', (path, line) => {
    expect(judged(path, `+${line}\n`)).toEqual([])
  })
})

describe('an assertion that says less', () => {
  test.each([
    ['a.test.js', '  expect(total).toEqual([1, 2])', '  expect(total).toBeTruthy()'],
    ['a.test.js', '  expect(total).toBe(0.3)', '  expect(total).toBeCloseTo(0.3)'],
    ['a.test.js', '  expect(total).toEqual({ sum: 3 })', '  expect(total).toEqual({ sum: expect.any(Number) })'],
    ['a.test.js', '  expect(total).toBe(3)', '  expect(total).toEqual(expect.anything())'],
    ['a.test.js', '  assert.deepEqual(total, [1])', '  assert.ok(total)'],
    ['a.test.js', '  assert.equal(total, 1)', '  assert(total)'],
    ['test_a.py', '    assert total == 3', '    assert total'],
    ['test_a.py', '    assert total == 3', '    assert total is not None'],
    ['test_a.py', '    self.assertEqual(total, 3)', '    self.assertIsNotNone(total)'],
    ['a_test.go', '\tassert.Equal(t, 3, total)', '\tassert.NotNil(t, total)'],
    ['tests/a.rs', '    assert_eq!(total, 3);', '    assert!(total > 0);'],
    ['ATest.java', '    assertEquals(3, total);', '    assertNotNull(total);'],
    ['ATest.java', '    assertThat(total).isEqualTo(3);', '    assertThat(total).isNotNull();'],
    ['a_spec.rb', '    expect(total).to eq(3)', '    expect(total).to be_truthy'],
    ['ATest.php', '    $this->assertSame(3, $total);', '    $this->assertNotNull($total);'],
    ['ATests.cs', '    Assert.Equal(3, total);', '    Assert.NotNull(total);'],
  ])('is refused, whatever reason the coder gives: %s %s', (path, before, after) => {
    const excuse = candidateAt('', { changedTests: [{ path, reason: 'Criterion 1 asks for it.' }] })
    expect(judged(path, `-${before}\n+${after}\n`, { candidate: excuse })).toContain('assertions_looser')
  })

  test.each([
    ['a.test.js', '  expect(total).toBeTruthy()', '  expect(total).toEqual([1, 2])'],
    ['a.test.js', '  expect(total).toBe(2)', '  expect(total).toBe(3)'],
    ['a.test.js', '  assert.equal(a, 1)', '  assert.equal(a, 1)\n+  assert.ok(b)'],
    ['test_a.py', '    assert total == 2', '    assert total == 3'],
  ])('is not one that says as much or more: %s %s', (path, before, after) => {
    expect(judged(path, `-${before}\n+${after}\n`)).toEqual([])
  })

  test.each([
    ['a.test.js', 'expect(a).toBeCloseTo(0.3, 5)', 'expect(a).toBeCloseTo(0.3, 1)'],
    ['test_a.py', 'self.assertAlmostEqual(a, 0.3, places=7)', 'self.assertAlmostEqual(a, 0.3, places=2)'],
    ['test_a.py', 'assert a == pytest.approx(0.3, abs=1e-6)', 'assert a == pytest.approx(0.3, abs=0.1)'],
    ['a_test.go', 'assert.InDelta(t, a, 0.3, 0.001)', 'assert.InDelta(t, a, 0.3, 0.1)'],
    ['a.test.js', 'expect(a).to.be.closeTo(0.3, 0.001)', 'expect(a).to.be.closeTo(0.3, 0.1)'],
  ])('with a wider tolerance is refused: %s %s', (path, before, after) => {
    expect(judged(path, `-${before}\n+${after}\n`)).toEqual(['tolerance_widened'])
    expect(judged(path, `-${after}\n+${before}\n`)).toEqual([])
  })

  test('that is gone needs a reason', () => {
    const body = '-  assert.equal(a, 1)\n-  assert.equal(b, 2)\n+  assert.equal(a, 1)\n'
    expect(judged('a.test.js', body)).toEqual(['assertions_removed'])
    const candidate = candidateAt('', { changedTests: [{ path: 'a.test.js', reason: 'Criterion 1 asks for it.' }] })
    expect(judged('a.test.js', body, { candidate })).toEqual([])
  })
})

describe('a test that is gone', () => {
  test.each([
    ['a.test.js', "  it('adds', () => {\n-    run()\n-  })"],
    ['test_a.py', 'def test_adds():\n-    run()'],
    ['a_test.go', 'func TestAdds(t *testing.T) {\n-}'],
    ['tests/a.rs', '#[test]\n-fn adds() {}'],
    ['ATest.java', '  @Test\n-  void adds() {}'],
  ])('needs a reason in the plan, also where the runner names no tests: %s', (path, text) => {
    expect(judged(path, `-${text}\n`)).toEqual(['test_deleted'])
    const removedTests = [{ name: 'adds', reason: 'It tested the defect.' }]
    expect(judged(path, `-${text}\n`, { plan: planOf([change('a', path)], { removedTests }) })).toEqual([])
  })

  test('needs one for each', () => {
    const removedTests = [{ name: 'adds', reason: 'It tested the defect.' }]
    const plan = planOf([change('a', 'a.test.js')], { removedTests })
    expect(judged('a.test.js', "-it('adds', () => {})\n-it('subtracts', () => {})\n", { plan })).toEqual([
      'test_deleted',
    ])
  })

  test('with its whole file needs one, too', () => {
    expect(judged('a.test.js', '-  run()\n', {}, 'deleted')).toEqual(['test_deleted'])
    const plan = planOf([change('a', 'a.test.js', { kind: 'delete' })], {
      removedTests: [{ name: 'adds', reason: 'It tested the defect.' }],
    })
    expect(judged('a.test.js', '-  run()\n', { plan }, 'deleted')).toEqual([])
  })

  test('is not one that has another name now', () => {
    expect(judged('a.test.js', "-  it('adds', () => {\n+  it('adds it all', () => {\n")).toEqual([])
  })
})

test('other files than tests are not looked at', () => {
  expect(judged('src/a.js', '-  assert(a)\n', { isTest: () => false })).toEqual([])
})

type Given = Partial<Parameters<typeof judgeTests>[1]>

function judged(path: string, body: string, given: Given = {}, kind: FileChange['kind'] = 'modified'): string[] {
  const text = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${body}`
  const files = [{ path, kind, addedLines: 1, removedLines: 1, binary: false }]
  const patch = { text, files, addedLines: 1, removedLines: 1 }
  const change = {
    patch,
    plan: planOf([]),
    candidate: candidateAt(''),
    taskType: 'bug_fix' as const,
    issueText: '',
    namedFiles: [],
    isTest: () => true,
    isGenerated: () => false,
    alteredChecks: new Map(),
    changedDependencies: new Map(),
    ...given,
  }
  return patchSections(patch).flatMap((section) => judgeTests(section, change).map(({ about }) => about))
}
