import { expect, test } from 'vitest'
import type { Objection } from '../../src/judge/verdict.ts'
import { feedbackFor, isProven, type Proof } from '../../src/verify/feedback.ts'
import { candidateAt, verifiedReport } from '../support/candidates.ts'

const objection: Objection = { by: 'reviewer', about: 'intent', path: 'src/total.js', line: 2, message: 'It rounds.' }

test('what is proven goes back to nobody', () => {
  const proof = proofOf({})
  expect(isProven(proof)).toBe(true)
  expect(feedbackFor(proof)).toBeUndefined()
})

test('failed checks go back with their problems and summaries, round after round', () => {
  const failed = () => proofOf({ problems: ['test (node --test) breaks 1 test: adds'] })
  const told =
    'The whole change was verified in a fresh work tree and does not stand:\n\n- test (node --test) breaks 1 test: adds'
  expect(feedbackFor(failed())).toBe(told)
  expect(feedbackFor({ ...failed(), before: failed() })).toBe(told)
})

test('an objection goes back once, in whichever round it comes first', () => {
  const told = 'The checks pass, but the review objects:\n\n- src/total.js:2: It rounds. (intent)'
  const failed = proofOf({ problems: ['no'] })
  const objected = proofOf({ objections: [objection], before: failed })
  expect(feedbackFor(proofOf({ objections: [objection] }))).toBe(told)
  expect(feedbackFor(objected)).toBe(told)
  expect(feedbackFor(proofOf({ objections: [objection], before: objected }))).toBeUndefined()
  expect(
    feedbackFor(proofOf({ objections: [objection], before: proofOf({ problems: ['no'], before: objected }) })),
  ).toBeUndefined()
})

test('work that was stopped goes back to nobody, whatever is wrong with it', () => {
  const stopped = { kind: 'budget_spent' as const, reason: 'The budget was spent.' }
  const proof = proofOf({ problems: ['no'] })
  expect(feedbackFor({ ...proof, candidate: candidateAt('t', { stopped }) })).toBeUndefined()
  expect(isProven({ ...proofOf({}), candidate: candidateAt('t', { stopped }) })).toBe(false)
})

interface Round {
  problems?: string[]
  objections?: Objection[]
  before?: Proof
}

function proofOf({ problems = [], objections = [], before }: Round): Proof {
  return {
    candidate: candidateAt('t'),
    report: verifiedReport('t', { problems, verified: problems.length === 0 }),
    verdict: { passed: objections.length === 0, objections, remarks: [] },
    before,
  }
}
