import { describe, expect, it } from 'vitest'
import { compareChecks } from '../../src/toolchain/compare.ts'
import { checkResult } from './support/check.ts'

const compare = (
  before: string[] | undefined,
  after: string[] | undefined,
  more: Parameters<typeof checkResult>[1] = {},
) => compareChecks([checkResult(before)], [checkResult(after, more)])[0]

describe('a check that was red before and tells what it finds', () => {
  const finds = (...findings: string[]) =>
    checkResult(undefined, { name: 'lint', passed: false, exitCode: 1, findings })

  it('is no regression where all of it was there before', () => {
    expect(compareChecks([finds('a', 'b')], [finds('b')])[0]).toMatchObject({
      regressed: false,
      findings: { added: [], known: 1 },
    })
  })

  it('is one where something is new, and names that', () => {
    const [comparison] = compareChecks([finds('a')], [finds('a', 'b')])
    expect(comparison).toMatchObject({ regressed: true, findings: { added: ['b'], known: 1 } })
    expect(comparison?.summary).toContain('These findings are new:\n- b')
  })

  it('is none where a second run does not find it again', () => {
    const [comparison] = compareChecks([finds('a')], [finds('a', 'b')], [], { rerun: [finds('a')] })
    expect(comparison).toMatchObject({ regressed: false, findings: { added: [] } })
  })
})

describe('compareChecks', () => {
  it('a suite that grew is no regression', () => {
    expect(compare(['+a'], ['+a', '+b'])).toMatchObject({ regressed: false, added: ['b'], broken: [], summary: '' })
  })

  it('a test that fails now is broken', () => {
    expect(compare(['+a', '+b'], ['+a', '-b'])).toMatchObject({
      regressed: true,
      broken: ['b'],
      summary: 'something failed',
    })
  })

  it('a test that was red before is not blamed on the change', () => {
    expect(compare(['+a', '-old'], ['+a', '-old'])).toMatchObject({
      regressed: false,
      stillFailing: ['old'],
      broken: [],
    })
  })

  it('a red suite that is mended counts as fixed', () => {
    expect(compare(['+a', '-old'], ['+a', '+old'])).toMatchObject({ regressed: false, fixed: ['old'] })
  })

  it('a test that vanished is broken, and is named', () => {
    const comparison = compare(['+a', '+b'], ['+a'])
    expect(comparison).toMatchObject({ regressed: true, broken: ['b'] })
    expect(comparison?.summary).toContain('These tests passed before and are gone:\n- b')
  })

  it('a test that the plan removes may vanish, and only that one', () => {
    const [excused] = compareChecks([checkResult(['+a', '+b', '+c'])], [checkResult(['+a'])], ['b'])
    expect(excused).toMatchObject({ regressed: true, broken: ['c'] })
    expect(compareChecks([checkResult(['+a', '+b'])], [checkResult(['+a'])], ['b'])[0]?.regressed).toBe(false)
  })

  it('a test that is skipped now is broken', () => {
    const comparison = compare(['+a', '+b'], ['+a', '~b'])
    expect(comparison).toMatchObject({ regressed: true, broken: ['b'] })
    expect(comparison?.summary).toContain('are skipped now:\n- b')
  })

  it('a new test that fails is a regression, also in a suite that was red', () => {
    expect(compare(['+a', '-old'], ['+a', '-old', '-new'])).toMatchObject({ regressed: true, broken: [] })
  })

  it('a suite that lost all its names is a regression', () => {
    expect(compare(['+a'], undefined)).toMatchObject({ regressed: true, broken: ['a'] })
    expect(compare(['-a'], undefined, { passed: false, exitCode: 1 })).toMatchObject({ regressed: true })
  })

  it('without names, the exit code decides', () => {
    expect(compare(undefined, undefined)).toMatchObject({ regressed: false })
    expect(compare(undefined, undefined, { passed: false, exitCode: 2 })).toMatchObject({ regressed: true })
  })

  it('a check that took too long, and did not before, is a regression', () => {
    expect(compare(['-a'], ['-a'], { timedOut: true, exitCode: null })).toMatchObject({ regressed: true })
  })

  it('a check that was not run on the changed tree is a regression', () => {
    expect(compareChecks([checkResult(['+a'])], [])[0]).toMatchObject({ regressed: true })
  })

  it('a test that fails and passes within one tree is flaky, not broken', () => {
    const [comparison] = compareChecks([checkResult(['+a', '+b'])], [checkResult(['+a', '-b'])], [], {
      rerun: [checkResult(['+a', '+b'])],
    })
    expect(comparison).toMatchObject({ regressed: false, flaky: ['b'], broken: [] })
  })

  describe('a run that broke down in the middle', () => {
    const again = (before: string[], rerun: string[] | undefined, first?: string[]) => {
      const options = { rerun: [checkResult(rerun, rerun === undefined ? { passed: false } : {})] }
      const after = [checkResult(first, { passed: false, exitCode: 139 })]
      return compareChecks([checkResult(before)], after, [], options)[0]
    }

    it('breaks nothing that the second run has, and is named', () => {
      expect(again(['+a', '+b'], ['+a', '+b'])).toMatchObject({
        regressed: false,
        broken: [],
        flaky: ['the run as a whole'],
        after: { passed: true, counts: { passed: 2, failed: 0, skipped: 0 } },
      })
      expect(again(['+a', '+b'], ['+a', '+b'], ['+a'])).toMatchObject({ regressed: false, broken: [] })
    })

    it('in a suite that was red before breaks nothing either', () => {
      expect(again(['+a', '-old'], ['+a', '-old'])).toMatchObject({ regressed: false, stillFailing: ['old'] })
    })

    it('and said so as a failure of its own is excused by a second run in which nothing new fails', () => {
      const whole = ['+a', '-the run as a whole']
      const flaky = ['the run as a whole']
      expect(again(['+a', '+b'], ['+a', '+b'], whole)).toMatchObject({ regressed: false, broken: [], flaky })
      expect(again(['+a', '-old'], ['+a', '-old'], [...whole, '-old'])).toMatchObject({ regressed: false, flaky })
      const [first, second] = ['-new at 12:01', '-new at 12:02']
      expect(again(['-old'], ['-old', second], ['-old', first])).toMatchObject({ regressed: true })
      expect(again(['+a', '-b'], ['+a'], ['+a', '-b'])).toMatchObject({ flaky: [], stillFailing: ['b'] })
      expect(again(['+a', '+b'], whole, whole)).toMatchObject({ regressed: true, broken: ['b'] })
      expect(again(['+a'], [], whole)).toMatchObject({ regressed: true })
    })

    it('breaks what the second run does not have, or has failed', () => {
      expect(again(['+a', '+b'], ['+a'])).toMatchObject({ regressed: true, broken: ['b'] })
      expect(again(['+a', '+b'], ['+a', '-b'])).toMatchObject({ regressed: true, broken: ['b'] })
      expect(again(['+a', '+b'], undefined)).toMatchObject({ regressed: true, broken: ['a', 'b'] })
    })
  })

  it('says what broke in 8 KiB, in whole lines', () => {
    const names = Array.from({ length: 12 }, (_, index) => `+${'ü'.repeat(400)} ${index}`)
    const summary =
      compare(names, [], { passed: false, summary: 'x'.repeat(60).concat('\n').repeat(200) })?.summary ?? ''
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(8 * 1024)
    expect(summary).toMatch(/\n… \d+ more lines\.$/)
  })

  it('keeps the order of the checks, and counts', () => {
    const comparisons = compareChecks(
      [checkResult(undefined, { id: 'lint', name: 'lint' }), checkResult(['+a', '~b'])],
      [checkResult(['+a', '~b']), checkResult(undefined, { id: 'lint', name: 'lint', required: false })],
    )
    expect(comparisons.map(({ id }) => id)).toEqual(['lint', 'test'])
    expect(comparisons[1]?.after.counts).toEqual({ passed: 1, failed: 0, skipped: 1 })
  })
})
