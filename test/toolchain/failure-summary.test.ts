import { describe, expect, it } from 'vitest'
import { readReport } from '../../src/toolchain/read-report.ts'
import { checkCommand, commandResult } from './support/check.ts'

const places = { root: '/srv/app/tree', home: '/srv/app/home', cwd: '.' }
const summary = (output: string) =>
  readReport(checkCommand({ name: 'lint' }), commandResult({ exitCode: 1, output }), { places, log: 'lint.log' })
    .summary

describe('the summary of a check without names', () => {
  const many = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word} ${index}`)

  it('shows a short log whole: what it says may be in any line', () => {
    expect(summary('checking\nwrong sum in sums.c\nmake: *** [test] Error 3')).toBe(
      'Exit code 1.\n\nchecking\nwrong sum in sums.c\nmake: *** [test] Error 3',
    )
  })

  it('keeps the lines that tell of errors, with the two behind them, and the end of the log', () => {
    const output = [...many(30, 'step'), 'src/a.ts:3:1 error: no', '  code', ...many(30, 'more')].join('\n')
    expect(summary(output).split('\n').slice(2)).toEqual([
      'src/a.ts:3:1 error: no',
      '  code',
      'more 0',
      '…',
      ...many(30, 'more').slice(-5),
    ])
  })

  it('leaves mere warnings out where they would take the place of errors', () => {
    const output = [...many(2_000, 'src/a.c:3: warning: unused'), 'src/b.c:7: error: no such name', ...many(9, 'more')]
    const text = summary(output.join('\n'))
    expect(text).toContain('src/b.c:7: error: no such name')
    expect(text).not.toContain('unused')
  })

  it('keeps the end where no line does', () => {
    const output = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n')
    expect(summary(output).split('\n').slice(2)).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 60}`))
  })

  it('is equal for two runs that failed equally', () => {
    const output = (time: string, place: string, port: number) =>
      [
        '\u001b[31merror\u001b[0m in /srv/app/tree/src/a.ts (12ms)'.replace('12', time),
        `error: cannot open /srv/app/home/tmp/${place}/file`,
        `error: /tmp/${place}.sock and 127.0.0.1:${port} at 0x7f${port}ab`,
        `npm notice ${time}`,
        `ran in 0.${time}s`,
      ].join('\r\n')
    expect(summary(output('12', 'a-x8Kq', 41_234))).toBe(summary(output('977', 'a-Zz01', 60_001)))
    expect(summary(output('12', 'a', 41_234))).toContain('error in src/a.ts')
  })

  it('holds no credential, nor half of one where a line is cut', () => {
    const secret = ['ghp', 'R2d9kXq7LmZ4vB8nT1sW6yC3hF5jP0aEuGiO'].join('_')
    const told = summary(`error: sent ${secret}\nerror: ${'x'.repeat(370)} ${secret}`)
    expect(told).toContain('error: sent [redacted: ')
    expect(told).not.toContain('R2d9kXq7')
  })

  it('leaves notices of package managers and runtimes out', () => {
    const notices = ['added 12 packages in 3s', '(node:4711) ExperimentalWarning: x', '10%\r50%\r100% done']
    expect(summary(notices.join('\n'))).toBe('Exit code 1.\n\n100% done')
  })

  it('keeps durations and dates that a test is about', () => {
    expect(summary("error: expected '5 s' to be '10 s' on 2024-01-31")).toContain(
      "expected '5 s' to be '10 s' on 2024-01-31",
    )
  })

  it('is at most 8 KiB, in whole lines, and says what is missing', () => {
    const text = summary(Array.from({ length: 2_000 }, (_, index) => `error ${index} ${'ä'.repeat(50)}`).join('\n'))
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8 * 1024)
    expect(text).toMatch(/\n… \d+ more lines\.$/)
  })
})

describe('the summary of failed tests', () => {
  it('is at most 8 KiB and counts those that are not shown', () => {
    const assertionResults = Array.from({ length: 200 }, (_, index) => ({
      ancestorTitles: [],
      title: `test ${String(index).padStart(3, '0')}`,
      status: 'failed',
      failureMessages: [`Error: ${'x'.repeat(300)}\n    at add (/srv/app/tree/src/a.js:${index + 1}:2)`],
    }))
    const report = JSON.stringify({ testResults: [{ name: '/srv/app/tree/a.test.js', assertionResults }] })
    const result = readReport(checkCommand({ report: 'jest-json' }), commandResult({ exitCode: 1 }), {
      report,
      places,
      log: 'x',
    })
    expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(8 * 1024)
    expect(result.summary).toContain('FAILED a.test.js > test 000')
    expect(result.summary).toContain('at add (src/a.js:1)')
    expect(result.summary).toMatch(/\n… and \d+ more failed tests\.$/)
  })
})
