import type { CommandResult } from '../../../src/sandbox/sandbox.ts'
import type { CheckCommand, CheckResult, TestCase } from '../../../src/toolchain/toolchain.ts'

export function checkCommand(given: Partial<CheckCommand> = {}): CheckCommand {
  return {
    name: 'test',
    id: 'test',
    line: 'npm test',
    cwd: '.',
    required: true,
    from: 'test',
    certainty: 'certain',
    report: 'text',
    ...given,
  }
}

export function commandResult(given: Partial<CommandResult> = {}): CommandResult {
  return { line: 'npm test', exitCode: 0, timedOut: false, truncated: false, durationMs: 12, output: '', ...given }
}

/** A result whose tests are written `+passed`, `-failed` or `~skipped`. */
export function checkResult(tests: string[] | undefined, given: Partial<CheckResult> = {}): CheckResult {
  const cases = tests?.map(testCase)
  const passed = cases === undefined || cases.every(({ status }) => status !== 'failed')
  return {
    id: 'test',
    name: 'test',
    line: 'npm test',
    required: true,
    passed,
    exitCode: passed ? 0 : 1,
    timedOut: false,
    durationMs: 12,
    ...(cases === undefined ? {} : { tests: cases }),
    summary: passed ? 'all is well' : 'something failed',
    log: 'checks/test.log',
    ...given,
  }
}

const signs: Record<string, TestCase['status']> = { '+': 'passed', '-': 'failed', '~': 'skipped' }

function testCase(text: string): TestCase {
  return { name: text.slice(1), status: signs[text.slice(0, 1)] ?? 'passed' }
}
