import type { Places } from '../clean-output.ts'
import { failureDetail, outermostFrame } from '../failure-detail.ts'
import { intoFile } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

export const unittestReader: ReportReader = {
  ask: ({ line }, report) => ({ line: intoFile(line, report) }),
  read: (text, places) => (hasEnding(text) ? readUnittest(text, places) : undefined),
  log: (report) => report,
}

// `test_a (tests.test_sums.Sums.test_a)` since Python 3.11, `test_a (tests.test_sums.Sums)` before.
const head = /^([\w.]+) \(([\w.]+)\)/
const ending = / \.\.\. .*?(ok|FAIL|ERROR|expected failure|unexpected success|skipped .*)$/

/**
 * Reads what `python -m unittest -v` printed. A line of the test's own may stand between its name and its result;
 * a failure's traceback decides over what the list of results says.
 */
function readUnittest(text: string, places: Places): TestCase[] {
  const failures = readFailures(text, places)
  const tests = new Map<string, TestCase>()
  let name: string | undefined
  for (const line of text.split('\n')) {
    if (/^={70}$/.test(line)) break
    const match = head.exec(line)
    if (match !== null) name = testName(match[1] ?? '', match[2] ?? '')
    const result = ending.exec(line)?.[1] ?? /^.*?(ok|FAIL|ERROR)$/.exec(line)?.[1]
    if (name === undefined || result === undefined) continue
    tests.set(name, { name, status: statusOf(result) })
    name = undefined
  }
  for (const [failed, failure] of failures) tests.set(failed, failure)
  return [...tests.values()]
}

/** A run that died in the middle says nothing of how many it ran. */
function hasEnding(text: string): boolean {
  return /^Ran \d+ tests? in /m.test(text)
}

function statusOf(result: string): TestCase['status'] {
  if (result === 'ok' || result === 'expected failure') return 'passed'
  return result.startsWith('skipped') ? 'skipped' : 'failed'
}

/** The blocks behind the list: a bar, `FAIL: test_a (…)`, maybe its description, a thin bar, the traceback. */
function readFailures(text: string, places: Places): Map<string, TestCase> {
  const failures = new Map<string, TestCase>()
  for (const block of text.split(/^={70}\n/m).slice(1)) {
    const match = /^(?:FAIL|ERROR): ([\w.]+) \(([\w.]+)\)/.exec(block)
    const start = block.search(/^-{70}\n/m)
    if (match === null || start < 0) continue
    const trace = (block.slice(start + 71).split(/^-{70}\n/m)[0] ?? '').trim()
    const frame = outermostFrame(trace, places)
    const name = testName(match[1] ?? '', match[2] ?? '')
    failures.set(name, {
      name,
      ...(frame === undefined ? {} : { file: frame.path, line: frame.line }),
      status: 'failed',
      detail: failureDetail(trace, places),
    })
  }
  return failures
}

/** A module that does not load is reported as `test_x (unittest.loader._FailedTest.test_x)`. */
function testName(test: string, where: string): string {
  const group = where.endsWith(`.${test}`) ? where.slice(0, -test.length - 1) : where
  return group === 'unittest.loader._FailedTest' ? `${test} > does not load` : `${group} > ${test}`
}
