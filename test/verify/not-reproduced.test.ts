import { describe, expect, it } from 'vitest'
import type { Candidate, ModificationResult } from '../../src/execute/candidate.ts'
import type { Proof } from '../../src/verify/feedback.ts'
import { notReproduced } from '../../src/verify/not-reproduced.ts'
import type { VerificationReport } from '../../src/verify/report.ts'
import { contractOf, planOf } from '../policy/fixture.ts'
import { candidateAt, verifiedReport } from '../support/candidates.ts'

const tree = 'a'.repeat(40)

function proofOf(report: Partial<VerificationReport>, candidate: Partial<Candidate> = {}, before?: Proof): Proof {
  return {
    candidate: candidateAt(tree, candidate),
    report: verifiedReport(tree, { verified: false, ...report }),
    verdict: { passed: true, objections: [], remarks: [] },
    before,
  }
}

const idle = { failsWithoutChange: [], passesWithoutChange: ['slug > keeps one dash'] }
const decline = (proof: Proof) => notReproduced(contractOf(), proof)

/** A test that was given up, since it passed without the change each time. */
function givenUp(): ModificationResult[] {
  return planOf('test/slug.test.ts').modifications.map((modification) => ({
    modification,
    status: 'failed',
    repairs: ['update_test'],
    failures: ['new_code', 'not_shown'],
    treeSha: tree,
  }))
}

describe('a defect', () => {
  it('that no round could show is declined', () => {
    const [check, ...rest] = verifiedReport(tree).checks
    const counted = check && {
      ...check,
      before: { ...check.before, counts: { passed: 3, failed: 1, skipped: 0 } },
    }
    const checks = [...(counted ? [counted] : []), ...rest]
    expect(decline(proofOf({ reproduction: idle, checks }, {}, proofOf({ reproduction: idle })))).toEqual({
      code: 'not_reproducible',
      evidence: ['Written to show the defect, but passes without a change, too: slug > keeps one dash'],
    })
    expect(decline(proofOf({ reproduction: idle, checks }))?.evidence).toEqual([
      'On the base commit, node --test: 3 tests pass, 1 fails.',
      'Written to show the defect, but passes without a change, too: slug > keeps one dash',
    ])
  })

  it('that a given up test should have shown is declined, too', () => {
    expect(decline(proofOf({ reproduction: undefined }, { results: givenUp() }))?.evidence).toEqual([
      'Written to show the defect, but passes without a change, too: test/slug.test.ts',
    ])
  })

  it('that exit codes do not show is declined with the command', () => {
    const exitCodes = [{ line: 'make check', without: 0, with: 0, shows: false }]
    const reproduction = { failsWithoutChange: [], passesWithoutChange: [], exitCodes }
    expect(decline(proofOf({ reproduction }))?.evidence).toEqual([
      'Written to show the defect, but passes without a change, too: make check',
    ])
  })

  it('that an earlier round has shown is there', () => {
    const shown = proofOf({ reproduction: { failsWithoutChange: ['slug > a'], passesWithoutChange: [] } })
    expect(decline(proofOf({ reproduction: idle }, {}, shown))).toBeUndefined()
  })

  it('that the baseline shows is there', () => {
    const checks = verifiedReport(tree).checks.map((check) => ({ ...check, fixed: ['slug > a'] }))
    expect(decline(proofOf({ reproduction: idle, checks }))).toBeUndefined()
  })

  it('is not judged where money or time ended the attempts, or where the work is proven', () => {
    const stopped = { kind: 'budget_spent' as const, reason: 'The budget was spent.' }
    expect(decline(proofOf({ reproduction: idle }, { stopped }))).toBeUndefined()
    expect(decline(proofOf({ reproduction: idle, verified: true }))).toBeUndefined()
  })
})
