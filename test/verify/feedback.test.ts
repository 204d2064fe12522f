import { expect, test } from 'vitest'
import type { Candidate, ModificationResult } from '../../src/execute/candidate.ts'
import { feedbackFor, isProven, type Proof } from '../../src/verify/feedback.ts'

test('work that the checks, the review and the plan agree on is proven', () => {
  expect(isProven(proof({}))).toBe(true)
  expect(feedbackFor(proof({}))).toBeUndefined()
})

test('half a plan is not proven; what is missing is asked for once', () => {
  const half = proof({ results: [result('m1', 'done'), result('m2', 'failed')] })
  expect(isProven(half)).toBe(false)
  expect(feedbackFor(half)).toContain('- modify src/m2.js: change m2')
  expect(feedbackFor({ ...half, before: half })).toBeUndefined()
})

test('what no edit can mend is not sent back', () => {
  const large = proof({}, { verified: false, problems: ['too large'], beyondRepair: ['too large'] })
  expect(feedbackFor(large)).toBeUndefined()
  expect(feedbackFor(proof({}, { verified: false, problems: ['test breaks'] }))).toContain('- test breaks')
})

function proof(candidate: Partial<Candidate>, report: Partial<Proof['report']> = {}): Proof {
  return {
    candidate: {
      treeSha: 't',
      patch: 'p',
      results: [result('m1', 'done')],
      amendments: [],
      changedTests: [],
      explanation: '',
      conversation: [],
      turns: 1,
      toolCalls: 1,
      ...candidate,
    },
    report: {
      treeSha: 't',
      baseCommit: 'b',
      verified: true,
      checks: [],
      reproduction: undefined,
      secrets: [],
      violations: [],
      problems: [],
      beyondRepair: [],
      notVerified: [],
      sandbox: 'bubblewrap',
      ...report,
    },
    verdict: { passed: true, objections: [], remarks: [] },
    before: undefined,
  }
}

function result(id: string, status: ModificationResult['status']): ModificationResult {
  const modification = {
    id,
    path: `src/${id}.js`,
    kind: 'modify' as const,
    title: `change ${id}`,
    reason: 'r',
    dependsOn: [],
    test: false,
    estimatedLines: 1,
  }
  return { modification, status, repairs: [], treeSha: 't' }
}
