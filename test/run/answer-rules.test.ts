import { describe, expect, it } from 'vitest'
import { hashOfQuestion, mostRevisions, refuseAnswer, stateOf } from '../../src/run/answer-rules.ts'
import type { Answer, Question, Said } from '../../src/run/question.ts'
import { approvalOf, choiceOf } from './support.ts'

const approval = approvalOf('1a2b3c4d')
const choice = choiceOf('99999999')

describe('the hash of a question', () => {
  it('is 8 hexadecimal digits, the same whatever the order of keys', () => {
    expect(hashOfQuestion({ plan: 1, base: 2 })).toMatch(/^[0-9a-f]{8}$/)
    expect(hashOfQuestion({ plan: 1, base: 2 })).toBe(hashOfQuestion({ base: 2, plan: 1 }))
  })

  it('is another one for another plan, another base, and after another remark', () => {
    const about = { plan: approval.plan, baseCommit: approval.baseCommit, said: [] as string[] }
    const others = [
      about,
      { ...about, plan: { ...approval.plan, summary: 'Round twice.' } },
      { ...about, baseCommit: 'b'.repeat(40) },
      { ...about, said: ['Smaller.'] },
    ]
    expect(new Set(others.map(hashOfQuestion)).size).toBe(4)
  })
})

describe('refuseAnswer', () => {
  it.each<[string, Question | undefined, Said, string | undefined]>([
    ['an approval of the plan that waits', approval, { kind: 'approve', hash: '1a2b3c4d' }, undefined],
    ['an approval of another one', approval, { kind: 'approve', hash: '1a2b3c4e' }, 'other_hash'],
    ['an approval without a hash', approval, { kind: 'approve', hash: '' }, 'other_hash'],
    ['a number for a plan', approval, { kind: 'choose', option: 1 }, 'other_kind'],
    ['an approval for a decision', choice, { kind: 'approve', hash: '99999999' }, 'other_kind'],
    ['the first option', choice, { kind: 'choose', option: 1 }, undefined],
    ['the last option', choice, { kind: 'choose', option: 2 }, undefined],
    ['one beyond it', choice, { kind: 'choose', option: 3 }, 'no_such_option'],
    ['no number', choice, { kind: 'choose', option: 0 }, 'no_such_option'],
    ['half a number', choice, { kind: 'choose', option: Number.NaN }, 'no_such_option'],
    ['words of their own for a plan', approval, { kind: 'revise', text: 'Smaller.' }, undefined],
    ['words of their own for a decision', choice, { kind: 'revise', text: 'Neither.' }, undefined],
    ['an answer where nothing is asked', undefined, { kind: 'choose', option: 1 }, 'not_waiting'],
  ])('%s', (_what, question, said, refusal) => {
    expect(
      refuseAnswer({ state: question ? stateOf(question) : 'running', question, cancelReason: undefined }, [], said),
    ).toBe(refusal)
  })

  it('nothing counts once the run ended or was asked to stop', () => {
    const said: Said = { kind: 'approve', hash: '1a2b3c4d' }
    expect(refuseAnswer({ state: 'ended', question: approval, cancelReason: undefined }, [], said)).toBe('not_waiting')
    expect(refuseAnswer({ state: 'running', question: approval, cancelReason: 'stop' }, [], said)).toBe('not_waiting')
  })

  it('knows an approval that was given before', () => {
    const said: Said = { kind: 'approve', hash: '1a2b3c4d' }
    const queued = { state: 'queued', question: undefined, cancelReason: undefined } as const
    expect(refuseAnswer(queued, [answerOf(said)], said)).toBe('answered')
    expect(refuseAnswer(queued, [answerOf(said)], { kind: 'approve', hash: '00000000' })).toBe('not_waiting')
  })

  it(`takes ${mostRevisions} remarks on the plans of one run`, () => {
    const said: Said = { kind: 'revise', text: 'Again.' }
    const waiting = { state: 'awaiting_approval', question: approval, cancelReason: undefined } as const
    const earlier = Array.from({ length: mostRevisions }, () => answerOf(said))
    expect(refuseAnswer(waiting, earlier.slice(1), said)).toBeUndefined()
    expect(refuseAnswer(waiting, earlier, said)).toBe('too_many_revisions')
    expect(refuseAnswer(waiting, earlier, { kind: 'approve', hash: '1a2b3c4d' })).toBeUndefined()
  })
})

function answerOf(said: Said): Answer {
  return { question: approval, said, by: 'mia', askedAt: new Date(0), at: new Date(1) }
}
