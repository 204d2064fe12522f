import { describe, expect, test } from 'vitest'
import { compareEvidence } from '../../src/verify/compare-evidence.ts'
import { type Evidence, evidenceOf, withoutNames } from '../../src/verify/evidence.ts'
import type { CheckComparison, CheckOutcome, ReproductionEvidence } from '../../src/verify/report.ts'

const sha = 'a'.repeat(40)
const ran = (passed: number, failed = 0, more: Partial<CheckOutcome> = {}): CheckOutcome => {
  const exitCode = failed > 0 ? 1 : 0
  return {
    exitCode,
    passed: failed === 0,
    timedOut: false,
    durationMs: 1,
    counts: { passed, failed, skipped: 0 },
    ...more,
  }
}

describe('measuring again', () => {
  test('is the same whatever time it took', () => {
    expect(compared({}, { after: { ...ran(13), durationMs: 99 } })).toEqual([])
  })

  test.each<[string, Partial<CheckComparison>, string[]]>([
    [
      'another exit code',
      { after: ran(13, 0, { exitCode: 3, passed: false }), regressed: true },
      [
        'after it: recorded 13 passed (exit code 0); here 13 passed (exit code 3)',
        'it counts as broken by the change here only',
      ],
    ],
    ['another test by the same count', { added: ['b'] }, ['new there only: a', 'new here only: b']],
    [
      'fewer tests before',
      { before: ran(11) },
      ['before the change: recorded 12 passed (exit code 0); here 11 passed (exit code 0)'],
    ],
  ])('tells %s', (_, here, differences) => {
    expect(compared({}, here)).toEqual(differences)
  })

  test('leaves flaky tests out, as long as none is missing', () => {
    const flaky = { after: ran(12, 1), flaky: ['f'] }
    expect(compared(flaky, {})).toEqual([])
    expect(compared(flaky, { broken: ['f'], after: ran(12, 1) })).toEqual([])
    expect(compared(flaky, { after: ran(12) })).toHaveLength(1)
  })

  test('goes by counts where the names were too long', () => {
    const recorded = withoutNames(evidence({}))
    expect(compareEvidence(recorded, evidence({ added: ['b'] }))[0]?.differences).toEqual([])
    expect(compareEvidence(recorded, evidence({ added: ['b', 'c'] }))[0]?.differences).toEqual([
      'new: recorded 1, here 2',
    ])
  })

  test('tells what a linter or type checker finds by its findings, where both told them', () => {
    const finds = (added: string[], known: number) => ({ findings: { added, known } })
    expect(compared(finds(['a.ts: unused'], 3), finds(['a.ts: unused'], 3))).toEqual([])
    expect(compared(finds(['a.ts: unused'], 3), finds(['b.ts: unused'], 2))).toEqual([
      'new finding there only: a.ts: unused',
      'new finding here only: b.ts: unused',
      'found as before: recorded 3, here 2',
    ])
    expect(compared(finds([], 3), {})).toEqual(['what it finds is told there only'])
    expect(compared({}, finds([], 3))).toEqual([])
    const bare = withoutNames(evidence(finds(['a.ts: unused'], 3)))
    expect(bare.checks[0]?.findings).toEqual({ added: { count: 1, names: [] }, known: 3 })
    expect(compareEvidence(bare, evidence(finds([], 3)))[0]?.differences).toEqual(['new finding: recorded 1, here 0'])
  })

  test('takes credentials out of what is found, on both sides', () => {
    const found = `a.ts: 'ghp_${'a1'.repeat(18)}' is never used`
    const { checks } = evidence({ findings: { added: [found], known: 0 } })
    expect(checks[0]?.findings?.added.names[0]).toMatch(/^a\.ts: '.*' is never used$/)
    expect(JSON.stringify(checks)).not.toContain('ghp_a1')
  })

  test('says of a check that is not there that it was not repeated', () => {
    const [test, changed] = compareEvidence(evidence({}), { ...evidence({}), checks: [] })
    expect(test).toMatchObject({ what: 'test (npm test)', result: 'not_repeated' })
    expect(changed).toMatchObject({ result: 'same' })
  })

  test('is not the same where verified is said and something is broken, even if that is said, too, or left out', () => {
    const broken = { regressed: true, broken: ['a'] }
    const here = { ...evidence(broken), verified: false }
    const expected = { what: 'the conclusion', result: 'different', differences: ['recorded verified; here not: test'] }
    expect(compareEvidence(evidence(broken), here).at(-1)).toEqual(expect.objectContaining(expected))
    expect(compareEvidence({ ...evidence({}), checks: [] }, here).at(-1)).toEqual(expect.objectContaining(expected))
    expect(compareEvidence(here, here).map(({ result }) => result)).toEqual(['same', 'same'])
  })

  test('compares what the changed tests say without the change', () => {
    const shown = { failsWithoutChange: ['a'], passesWithoutChange: [] }
    const reproduced = (there: ReproductionEvidence, here: ReproductionEvidence | 'none') =>
      compareEvidence(evidence({}, there), evidence({}, here)).at(-1)
    expect(reproduced(shown, { failsWithoutChange: [], passesWithoutChange: ['a'] })?.differences).toEqual([
      'fails without the change there only: a',
      'passes without the change here only: a',
    ])
    expect(reproduced(shown, 'none')?.result).toBe('not_repeated')
    const codes = (without: number) => ({
      failsWithoutChange: [],
      passesWithoutChange: [],
      exitCodes: [{ line: 'make check', without, with: 0, shows: without !== 0 }],
    })
    expect(reproduced(codes(2), codes(2))?.result).toBe('same')
    expect(reproduced(codes(2), codes(0))?.differences).toEqual([
      'make check: recorded exit code 2 without, 0 with the change; here exit code 0 without, 0 with the change',
    ])
  })
})

function compared(there: Partial<CheckComparison>, here: Partial<CheckComparison>): string[] | undefined {
  return compareEvidence(evidence(there), evidence(here))[0]?.differences
}

function evidence(
  check: Partial<CheckComparison>,
  reproduction: ReproductionEvidence | 'none' = { failsWithoutChange: ['a'], passesWithoutChange: [] },
): Evidence {
  const named = { id: 'test', name: 'test' as const, line: 'npm test', required: true, log: 'test.log', summary: '' }
  const lists = { broken: [], fixed: [], added: ['a'], stillFailing: [], flaky: [] }
  return evidenceOf({
    ...{ draftsmith: '1', run: 'r-1', repository: 'a/b', baseCommit: sha, tree: sha, verified: true },
    ...{ removedTests: [], sandbox: 'none', notVerified: [] },
    checks: [{ ...named, ...lists, before: ran(12), after: ran(13), regressed: false, ...check }],
    reproduction: reproduction === 'none' ? undefined : reproduction,
  })
}
