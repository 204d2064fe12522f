import { describe, expect, test } from 'vitest'
import type { Baseline } from '../../src/prepare/bench.ts'
import { describeReadiness } from '../../src/prepare/measure-readiness.ts'
import type { Readiness } from '../../src/prepare/readiness.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import type { CheckResult } from '../../src/toolchain/toolchain.ts'
import { checkResult } from '../toolchain/support/check.ts'

const files: Record<string, string> = {
  'package.json': JSON.stringify({
    devDependencies: { eslint: '9' },
    scripts: { test: 'node --test', lint: 'eslint .', 'format:check': 'x', typecheck: 'tsc' },
  }),
  'package-lock.json': '{}',
  'test/a.test.js': '',
  'AGENTS.md': 'Be brief.',
  CODEOWNERS: '* @someone',
}

async function readiness(
  given: { files?: Record<string, string>; baseline?: Partial<Baseline>; again?: CheckResult[] } = {},
): Promise<Readiness> {
  const all = given.files ?? files
  const snapshot = await detectToolchain(Object.keys(all), async (path) => all[path])
  const checks = [
    checkResult(['+a', '+b']),
    ...['format', 'typecheck', 'lint'].map((id) => checkResult(undefined, { id })),
  ]
  const baseline = { missingTools: [], installProblem: undefined, checks, ...given.baseline }
  return describeReadiness({ snapshot, baseline, again: given.again ?? [], sandbox: 'bubblewrap' })
}

const codes = ({ improvements }: Readiness) => improvements.map(({ code }) => code)

describe('a repository is', () => {
  test('ready where its tests pass by name, and then nothing is left to say', async () => {
    const found = await readiness()
    expect(found.verdict).toBe('ready')
    expect(codes(found)).toEqual([])
    expect(found.commands.map(({ id }) => id)).toEqual(['install', 'format', 'typecheck', 'lint', 'test'])
  })

  test.each<[string, Partial<Baseline>, Readiness['verdict'], string[]]>([
    ['without a tool', { missingTools: ['mvn'], checks: [] }, 'not_ready', ['install_tools']],
    ['without its dependencies', { installProblem: 'npm ci\nExit code 1.', checks: [] }, 'not_ready', ['mend_install']],
    [
      'with tests that do not start',
      { checks: [checkResult(undefined, { passed: false })] },
      'not_ready',
      ['make_tests_run'],
    ],
    ['with a failing test', { checks: [checkResult(['+a', '-b'])] }, 'limited', ['mend_failing_tests']],
    ['with tests that have no names', { checks: [checkResult(undefined)] }, 'limited', ['name_tests']],
    ['with slow tests', { checks: [checkResult(['+a'], { durationMs: 400_000 })] }, 'ready', ['make_tests_fast']],
    [
      'with a lint that is red',
      { checks: [checkResult(['+a']), checkResult(undefined, { id: 'lint', passed: false })] },
      'ready',
      ['mend_failing_checks'],
    ],
  ])('%s', async (_, baseline, verdict, improvements) => {
    const found = await readiness({ baseline })
    expect([found.verdict, codes(found)]).toEqual([verdict, improvements])
  })

  test('not ready without a command that runs tests', async () => {
    const found = await readiness({ files: { 'main.c': '' }, baseline: { checks: [] } })
    expect(found.verdict).toBe('not_ready')
    expect(codes(found)).toEqual([
      'name_test_command',
      'write_tests',
      'add_checks',
      'write_instructions',
      'name_owners',
    ])
  })
})

test('what a failed install would have brought is not missing on the machine', async () => {
  const installProblem = 'npm ci\nExit code 1.'
  const found = await readiness({ baseline: { installProblem, missingTools: ['eslint', 'npm'], checks: [] } })
  expect(found.missingTools).toEqual(['npm'])
})

describe('what ended differently in two runs of one tree', () => {
  test.each([
    ['failed first', ['+a', '-b'], ['+a', '+b']],
    ['failed later', ['+a', '+b'], ['+a', '-b']],
  ])('is flaky and not failing where it %s', async (_, first, second) => {
    const found = await readiness({ baseline: { checks: [checkResult(first)] }, again: [checkResult(second)] })
    expect(found.commands.find(({ id }) => id === 'test')?.result).toMatchObject({
      flaky: ['b'],
      failing: [],
      unsteady: true,
    })
    expect(found.verdict).toBe('limited')
    expect(found.improvements[0]).toEqual({ code: 'mend_flaky_tests', of: ['b'] })
  })

  test('says enough where one of the runs passed', async () => {
    const checks = [checkResult(undefined, { passed: false })]
    const found = await readiness({ baseline: { checks }, again: [checkResult(undefined)] })
    expect([found.verdict, codes(found)[0]]).toEqual(['limited', 'mend_flaky_tests'])
  })

  test('is named by its command where tests have no names', async () => {
    const again = [checkResult(undefined, { passed: false })]
    const found = await readiness({ baseline: { checks: [checkResult(undefined)] }, again })
    expect(found.improvements[0]).toEqual({ code: 'mend_flaky_tests', of: ['npm test'] })
  })
})
