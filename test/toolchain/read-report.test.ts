import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readReport } from '../../src/toolchain/read-report.ts'
import type { CheckResult, ReportFormat } from '../../src/toolchain/toolchain.ts'
import { checkCommand, commandResult } from './support/check.ts'

// Each fixture is what the named version of a runner really printed and reported; its head says how it was run. Only the folder
// that it ran in has another name.
const fixture = z.object({
  tool: z.string(),
  version: z.string(),
  command: z.string(),
  format: z.string().transform((text) => text as ReportFormat),
  exitCode: z.number(),
  output: z.string(),
  report: z.string().optional(),
})

const places = { root: '/srv/repo', home: '/srv/home', cwd: '.' }

async function readFixture(name: string): Promise<CheckResult> {
  const text = await readFile(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')
  const { command, format, exitCode, output, report } = fixture.parse(JSON.parse(text))
  const result = commandResult({ line: command, exitCode, output })
  return readReport(checkCommand({ line: command, report: format }), result, {
    report: report ?? output,
    places,
    log: 'test.log',
  })
}

function statuses({ tests }: CheckResult): Record<string, string> {
  return Object.fromEntries((tests ?? []).map(({ name, status }) => [name, status]))
}

describe('node --test', () => {
  const versions = ['18.20.8', '20.20.2', '22.23.3', '24.21.0']

  it.each(versions)('is read by file, group and name (Node %s)', async (version) => {
    expect(statuses(await readFixture(`node-${version}`))).toEqual({
      'test/broken.test.js': 'failed',
      'test/sums.test.js > sums > adds': 'passed',
      'test/sums.test.js > sums > fails': 'failed',
      'test/sums.test.js > sums > waits': 'skipped',
      'test/sums.test.js > sums > is planned': 'skipped',
      'test/sums.test.js > outer > inner': 'failed',
      'test/sums.test.js > hooks > never runs': 'passed',
    })
  })

  it('says the same of a failure under every version', async () => {
    const summaries = await Promise.all(versions.map(async (version) => (await readFixture(`node-${version}`)).summary))
    expect(new Set(summaries).size).toBe(1)
    expect(summaries[0]).toBe(
      [
        'Exit code 1. Tests: 2 passed, 3 failed, 2 skipped.',
        '',
        'FAILED test/broken.test.js (test/broken.test.js:1)',
        '  test/broken.test.js:1',
        "  throw new Error('does not load')",
        '',
        '  Error: does not load',
        '      at test/broken.test.js:1',
        '',
        'FAILED test/sums.test.js > outer > inner (test/sums.test.js:13)',
        '  Error: boom',
        '      at test/sums.test.js:14',
        '      at test/sums.test.js:13',
        '',
        'FAILED test/sums.test.js > sums > fails (test/sums.test.js:8)',
        '  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
        '',
        '  2 !== 3',
        '      at test/sums.test.js:8',
      ].join('\n'),
    )
  })
})

describe('vitest, jest and mocha', () => {
  it.each(['vitest-5.1.0', 'jest-30.5.2'])('%s: tests, and a file that does not load', async (name) => {
    const result = await readFixture(name)
    expect(statuses(result)).toEqual({
      'test/broken.test.js': 'failed',
      'test/sums.test.js > sums > adds': 'passed',
      'test/sums.test.js > sums > fails': 'failed',
      'test/sums.test.js > sums > waits': 'skipped',
    })
    expect(result.summary).toContain('does not load')
    expect(result.summary).toMatch(/at .*test\/sums\.test\.js:\d+/)
    expect(result.summary).not.toContain('\u001b')
  })

  it('mocha: passed, failed and pending', async () => {
    const result = await readFixture('mocha-12.0.3')
    expect(statuses(result)).toEqual({
      'test/sums.test.js > sums > adds': 'passed',
      'test/sums.test.js > sums > fails': 'failed',
      'test/sums.test.js > sums > waits': 'skipped',
    })
    expect(result.summary).toContain('2 !== 3\n      at test/sums.test.js:7')
  })

  it('ava: TAP on stdout', async () => {
    const result = await readFixture('ava-6.1.3')
    expect(statuses(result)).toMatchObject({
      'sums > adds': 'passed',
      'sums > fails': 'failed',
      'sums > waits': 'skipped',
    })
    expect(result.summary).toContain('assertion: t.is()')
  })
})

describe('pytest', () => {
  it('is read by file, class and name, with what was compared', async () => {
    const result = await readFixture('pytest-9.0.3')
    expect(statuses(result)).toEqual({
      'tests/test_sums.py > TestSums > test_adds': 'passed',
      'tests/test_sums.py > test_fails': 'failed',
      'tests/test_sums.py > test_each[1]': 'passed',
      'tests/test_sums.py > test_each[2]': 'passed',
      'tests/test_sums.py > test_waits': 'skipped',
      'tests/test_sums.py > test_error': 'failed',
    })
    expect(result.summary).toContain('assert 2 == 3\n   +  where 2 = add(1, 1)\n      at tests/test_sums.py:14')
    expect(result.summary).toContain('RuntimeError: no fixture & no cry')
  })

  it('names a file that cannot be collected', async () => {
    expect(statuses(await readFixture('pytest-collection-9.0.3'))).toEqual({ 'tests/test_broken.py': 'failed' })
  })
})

describe('unittest', () => {
  it.each(['3.9.18', '3.13.0'])('has the same names under Python %s', async (version) => {
    expect(statuses(await readFixture(`unittest-${version}`))).toEqual({
      'tests.test_broken > does not load': 'failed',
      'tests.test_sums.Sums > test_adds': 'passed',
      'tests.test_sums.Sums > test_described': 'passed',
      'tests.test_sums.Sums > test_fails': 'failed',
      'tests.test_sums.Sums > test_known': 'passed',
      'tests.test_sums.Sums > test_raises': 'failed',
      'tests.test_sums.Sums > test_speaks': 'passed',
      'tests.test_sums.Sums > test_waits': 'skipped',
    })
  })

  it('says the same of a failure under every version, without lines of the standard library', async () => {
    const [old, current] = await Promise.all([readFixture('unittest-3.9.18'), readFixture('unittest-3.13.0')])
    expect(old.summary).toBe(current.summary)
    expect(old.summary).toContain('AssertionError: 2 != 3\n      at test_fails (tests/test_sums.py:18)')
    expect(old.summary).not.toContain('loader.py')
  })
})

describe('go test', () => {
  it('tells tests by package and name, and packages that do not build', async () => {
    const result = await readFixture('go-1.19.8')
    expect(statuses(result)).toEqual({
      'example.com/sums/broken > does not build': 'failed',
      'example.com/sums > TestHolds': 'passed',
      'example.com/sums > TestAdds > ones_and_more': 'failed',
      'example.com/sums > TestAdds > ok': 'passed',
      'example.com/sums > TestWaits': 'skipped',
      'example.com/sums > FuzzY > seed#0': 'passed',
      'example.com/sums > ExampleAdd': 'failed',
      'example.com/sums/panics > TestFirst': 'passed',
      'example.com/sums/panics > TestP': 'failed',
    })
    expect(result.summary).toBe(
      [
        'Exit code 2. Tests: 4 passed, 4 failed, 1 skipped.',
        '',
        'FAILED example.com/sums > ExampleAdd',
        '  x',
        '  got:',
        '',
        '  want:',
        '  3',
        '',
        'FAILED example.com/sums > TestAdds > ones_and_more (sums_test.go:16)',
        '  sums_test.go:16: got 0, want 2',
        '',
        'FAILED example.com/sums/broken > does not build (broken/b.go:3)',
        '  broken/b.go:3:23: cannot use "x" (untyped string constant) as int value in return statement',
        '',
        'FAILED example.com/sums/panics > TestP (panics/p_test.go:6)',
        '  panic: assignment to entry in nil map [recovered]',
        '  \tpanic: assignment to entry in nil map',
        '      at TestP (panics/p_test.go:6)',
      ].join('\n'),
    )
  })
})

describe('cargo test', () => {
  it('tells tests by program and module, those of the documentation without their line', async () => {
    const result = await readFixture('cargo-1.95.0')
    expect(statuses(result)).toEqual({
      'inner src/lib.rs > tests::is_inner': 'passed',
      'sums src/lib.rs > tests::adds': 'failed',
      'sums src/lib.rs > tests::holds': 'passed',
      'sums src/lib.rs > tests::panics': 'failed',
      'sums src/lib.rs > tests::prints': 'passed',
      'sums src/lib.rs > tests::results': 'failed',
      'sums src/lib.rs > tests::waits': 'skipped',
      'names tests/names.rs > index': 'failed',
      'names tests/names.rs > is_named': 'passed',
      'sums doc tests > src/lib.rs - add': 'failed',
    })
    expect(result.summary).toContain(
      [
        'FAILED sums src/lib.rs > tests::adds (src/lib.rs:22)',
        '  captured 1',
        '',
        '  panicked at src/lib.rs:22:9:',
        '  assertion `left == right` failed: the sum',
        '    left: 0',
        '   right: 2',
        '',
        'FAILED sums src/lib.rs > tests::panics (src/lib.rs:31)',
        '  panicked at src/lib.rs:31:19:',
        '  y',
        '  note: panic did not contain expected string',
      ].join('\n'),
    )
    expect(result.summary).not.toMatch(/RUST_BACKTRACE|\(\d{4,}\)/)
  })

  it('says with a backtrace which lines of the repository led there', async () => {
    const { summary } = await readFixture('cargo-backtrace-1.95.0')
    expect(summary).toContain(
      'index out of bounds: the len is 0 but the index is 3\n      at names::helper (tests/names.rs:7)\n      at names::index (tests/names.rs:5)\n\n',
    )
    expect(summary).not.toMatch(/rustc|stack backtrace/)
  })
})

describe('lines of libtest that a test has broken', () => {
  const run = (lines: string[], totals: string) =>
    [
      '     Running tests/a.rs (target/debug/deps/a-0123456789abcdef)',
      '',
      'running 2 tests',
      ...lines,
      '',
      `test result: ok. ${totals} 0 measured; 0 filtered out; finished in 0.00s`,
    ].join('\n')
  const read = (report: string, exitCode = 0) =>
    readReport(checkCommand({ report: 'cargo-text' }), commandResult({ exitCode }), { report, places, log: 'test.log' })

  it('are put together again where they can be', () => {
    const whole = run(
      ['test one ... said before', 'and after', 'ok', 'test two ... ok'],
      '2 passed; 0 failed; 0 ignored;',
    )
    expect(statuses(read(whole))).toEqual({ 'a tests/a.rs > one': 'passed', 'a tests/a.rs > two': 'passed' })
  })

  it('are not believed where the number is another one than libtest counted', () => {
    const forged = run(['test one ... ok', 'test two ... ok', 'test three ... ok'], '2 passed; 0 failed; 0 ignored;')
    expect(read(forged)).toMatchObject({ passed: true, summary: expect.stringContaining('cannot be read') })
    expect(read(forged).tests).toBeUndefined()
  })

  it('that end in the middle are a failure, whatever the exit code', () => {
    const died = run(['test one ... ok'], '').replace(/\ntest result.*/, 'Segmentation fault')
    expect(statuses(read(died))).toEqual({
      'a tests/a.rs > one': 'passed',
      'a tests/a.rs > the end of its tests': 'failed',
    })
    expect(read(died)).toMatchObject({ passed: false, summary: expect.stringContaining('The process ended before') })
  })
})

describe('witnesses that do not agree', () => {
  const allPassed = JSON.stringify({
    testResults: [
      { name: '/srv/repo/a.test.js', assertionResults: [{ ancestorTitles: [], title: 'adds', status: 'passed' }] },
    ],
  })
  const oneFailed = allPassed.replace('"passed"', '"failed"')
  const read = (report: string | undefined, exitCode: number) =>
    readReport(checkCommand({ report: 'jest-json' }), commandResult({ exitCode }), { report, places, log: 'test.log' })

  it('a green report does not excuse an exit code', () => {
    const result = read(allPassed, 1)
    expect(result.passed).toBe(false)
    expect(result.summary).toContain('No test failed, yet the command did.')
  })

  it('an exit code of 0 does not excuse a failed test', () => {
    const result = read(oneFailed, 0)
    expect(result.passed).toBe(false)
    expect(result.summary).toContain('The command ended with exit code 0 although tests failed.')
  })

  it('no test run is not passed', () => {
    const result = read('{"testResults":[]}', 0)
    expect(result.passed).toBe(false)
    expect(result.summary).toContain('No test was run.')
  })

  it('only skipped tests are not passed', () => {
    expect(read(allPassed.replace('"passed"', '"pending"'), 0).passed).toBe(false)
  })

  it.each([
    ['left none', undefined, 'left no report'],
    ['broke it', '{"testResults":', 'cannot be read'],
    ['wrote another shape', '{"testResults":[{}]}', 'cannot be read'],
  ])('a runner that %s is judged by its exit code, and that is said', (_, report, words) => {
    const result = read(report, 0)
    expect(result.tests).toBeUndefined()
    expect(result.passed).toBe(true)
    expect(result.summary).toContain(words)
  })

  it('a command that took too long is not passed, whatever it reported', () => {
    const result = readReport(
      checkCommand({ report: 'jest-json' }),
      commandResult({ exitCode: null, timedOut: true, limit: 'deadline' }),
      { report: allPassed, places, log: 'test.log' },
    )
    expect(result.passed).toBe(false)
    expect(result.summary).toContain('Stopped: it took too long.')
  })

  it('keeps two tests of one name apart, so that neither hides the other', () => {
    const twice = JSON.parse(allPassed)
    twice.testResults[0].assertionResults.push({ ancestorTitles: [], title: 'adds', status: 'failed' })
    expect(statuses(read(JSON.stringify(twice), 1))).toEqual({
      'a.test.js > adds': 'passed',
      'a.test.js > adds (2)': 'failed',
    })
  })
})
