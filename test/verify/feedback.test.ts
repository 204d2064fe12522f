import { expect, test } from 'vitest'
import type { Candidate, ModificationResult } from '../../src/execute/candidate.ts'
import type { Objection } from '../../src/judge/verdict.ts'
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

test('failed checks go back with their problems, round after round', () => {
  const failed = unverified('test (node --test) breaks 1 test: adds')
  const told =
    'The whole change was verified in a fresh work tree and does not stand:\n\n- test (node --test) breaks 1 test: adds'
  expect(feedbackFor(failed)).toBe(told)
  expect(feedbackFor({ ...failed, before: failed })).toBe(told)
})

test('vetoes by rule go back together with failed checks', () => {
  const veto = {
    passed: false,
    objections: [{ ...objection, by: 'rule' as const, about: 'test_skipped' }],
    remarks: [],
  }
  expect(feedbackFor({ ...unverified('test breaks'), verdict: veto })).toMatch(
    /- test breaks\n\nThe rules object besides:\n\n- src\/m1\.js:2: It rounds\. \(test_skipped\)$/,
  )
})

test('an objection goes back once, in whichever round it comes first', () => {
  const told = 'The checks pass, but the review objects:\n\n- src/m1.js:2: It rounds. (intent)'
  const objected = { ...proof({}), verdict: { passed: false, objections: [objection], remarks: [] } }
  const failed = unverified('no')
  expect(feedbackFor(objected)).toBe(told)
  expect(feedbackFor({ ...objected, before: failed })).toBe(told)
  expect(feedbackFor({ ...objected, before: objected })).toBeUndefined()
  expect(feedbackFor({ ...objected, before: { ...failed, before: objected } })).toBeUndefined()
})

test('work that was stopped goes back to nobody, whatever is wrong with it, and is not proven', () => {
  const stopped = { kind: 'budget_spent' as const, reason: 'The budget was spent.' }
  expect(feedbackFor(proof({ stopped }, { verified: false, problems: ['no'] }))).toBeUndefined()
  expect(isProven(proof({ stopped }))).toBe(false)
})

test('what no edit can mend is not sent back', () => {
  const large = proof({}, { verified: false, problems: ['too large'], beyondRepair: ['too large'] })
  expect(feedbackFor(large)).toBeUndefined()
  expect(feedbackFor(proof({}, { verified: false, problems: ['test breaks'] }))).toContain('- test breaks')
})

const objection: Objection = { by: 'reviewer', about: 'intent', path: 'src/m1.js', line: 2, message: 'It rounds.' }

function unverified(problem: string): Proof {
  return proof({}, { verified: false, problems: [problem] })
}

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
