import { describe, expect, test } from 'vitest'
import { agreeOnAmendments, agreeOnPlan } from '../../src/plan/agree-on-plan.ts'
import type { ImplementationPlan } from '../../src/plan/plan.ts'
import type { Permitted } from '../../src/policy/autonomy.ts'
import { mostChoices } from '../../src/run/answer-rules.ts'
import type { Answer, Question, Said } from '../../src/run/question.ts'
import { change, fixAndTest, planOf } from '../support/fixture-shop.ts'
import { benched, withLab } from '../support/lab-of-file.ts'
import type { OpenRequest } from '../support/run-context.ts'

withLab()

describe('a plan', () => {
  test('that needs nobody may be carried out', async () => {
    const { agreed, run } = await agree()
    expect('end' in agreed ? agreed : agreed.approved).toBeUndefined()
    expect(run.progress.view.analysis).toBeUndefined()
  })

  test('above the size limits waits, with what a person needs to decide', async () => {
    const { agreed, question, run, contract } = await agree({ policy: 'limits: { files: 1 }' })
    expect(agreed).toEqual({ end: { kind: 'waiting', question } })
    expect(question).toMatchObject({
      kind: 'approval',
      hash: expect.stringMatching(/^[0-9a-f]{8}$/),
      baseCommit: contract.baseCommit,
      plan: { summary: 'The first price is summed up, too.' },
      reasons: ['The plan touches 2 files; limits.files is 1.'],
    })
    expect(run.progress.view.analysis).toEqual({
      summary: 'The first price is summed up, too.',
      changes: [
        { path: 'src/total.js', kind: 'modify', title: 'Mend src/total.js', reason: 'the first price is left out' },
        {
          path: 'test/total.test.js',
          kind: 'modify',
          title: 'Mend test/total.test.js',
          reason: 'the first price is left out',
        },
      ],
      risk: 'medium',
      risks: expect.any(Array),
      checklist: [
        'total([1, 2]) is 3',
        'A test fails without the change and passes with it.',
        'Nothing is changed that the plan does not name.',
      ],
      title: 'A total holds every price',
    })
  })

  test('that changes what others can import waits', async () => {
    const { question } = await agree({
      files: {
        'package.json': '{ "name": "shop", "main": "index.js", "type": "module" }',
        'index.js': "export { total } from './src/total.js'\n",
      },
      plan: planOf([change('names', 'index.js')]),
    })
    expect(question).toMatchObject({ reasons: ['A plan of risk high needs approval (approval.risk: high).'] })
  })

  test('that was approved is carried out, and whoever approved it is named', async () => {
    const { question } = await agree({ policy: 'limits: { files: 1 }' })
    const { agreed, run } = await agree({ policy: 'limits: { files: 1 }', answers: [approved(question)] })
    expect('end' in agreed ? agreed : agreed.approved).toBe(true)
    expect(run.progress.view.notes).toContain(`The plan ${question.hash} was approved by mia.`)
  })

  test('approved on another base, or changed since, waits again under another hash and says why', async () => {
    const { question } = await agree({ policy: 'limits: { files: 1 }' })
    const moved = await agree({
      policy: 'limits: { files: 1 }',
      contract: { baseCommit: 'b'.repeat(40) },
      answers: [approved(question)],
    })
    expect(moved.question.hash).not.toBe(question.hash)
    expect(moved.question).toMatchObject({
      reasons: [
        `The base has moved since mia approved the plan ${question.hash}, so it was planned again from where the base is now.`,
        'The plan touches 2 files; limits.files is 1.',
      ],
    })
    const other = await agree({
      policy: 'limits: { files: 1 }',
      plan: planOf([...fixAndTest, change('more', 'src/names.js')]),
      answers: [approved(question)],
    })
    expect(other.question).toMatchObject({
      reasons: [
        `It is another plan than the one that mia approved (${question.hash}).`,
        'The plan touches 3 files; limits.files is 1.',
      ],
    })
  })

  test('that comes out the same after a remark is another question all the same', async () => {
    const { question } = await agree({ policy: 'limits: { files: 1 }' })
    const remark = said(question, { kind: 'revise', text: 'Smaller, please.' })
    const again = await agree({ policy: 'limits: { files: 1 }', answers: [remark] })
    expect(again.question).toEqual({ ...question, hash: again.question.hash })
    expect(again.question.hash).not.toBe(question.hash)
  })

  test('of a critical risk is all there is', async () => {
    const decision: Permitted = {
      ...allowed,
      risk: 'critical',
      mode: 'analysis_only',
      reasons: ['Risk critical: payments.'],
    }
    const { agreed, run } = await agree({ decision })
    expect(agreed).toEqual({ end: { kind: 'plan_only', reason: 'Risk critical: payments.' } })
    expect(run.progress.view.analysis).toMatchObject({ risk: 'critical', title: 'A total holds every price' })
  })

  test('that is not feasible is declined with the questions', async () => {
    const plan = planOf([], { feasible: false, summary: 'It works.', questions: ['Which total is meant?'] })
    expect((await agree({ plan })).agreed).toEqual({
      end: { kind: 'declined', decline: { code: 'not_feasible', evidence: ['It works.', 'Which total is meant?'] } },
    })
  })
})

describe('a decision that is not the machine’s', () => {
  const choice = {
    reason: 'The issue says both.',
    evidence: ['README.md: “rounded up”'],
    options: ['Round up', 'Round down'],
    recommended: 2,
  }

  test('is put before a person', async () => {
    const { question } = await agree({ plan: planOf(fixAndTest, { choice }) })
    expect(question).toMatchObject({ kind: 'choice', escalation: choice })
  })

  test('is asked for so often, and then the issue has to say more', async () => {
    const { question } = await agree({ plan: planOf(fixAndTest, { choice }) })
    const answers = Array.from({ length: mostChoices }, () => said(question, { kind: 'choose', option: 1 }))
    const { agreed } = await agree({ plan: planOf(fixAndTest, { choice }), answers })
    expect(agreed).toEqual({
      end: {
        kind: 'declined',
        decline: {
          code: 'ambiguous',
          evidence: [
            'After 3 decisions another one is needed: The issue says both.',
            'README.md: “rounded up”',
            'Round up',
            'Round down',
          ],
        },
      },
    })
  })
})

describe('a file that carrying out needs', () => {
  const amendment = { modification: change('amended-1', 'src/names.js'), reason: 'total calls it' }

  test('needs an approval of the longer plan, and then belongs to it', async () => {
    const { run, task } = await opened({ policy: 'limits: { files: 1 }' })
    const waits = await agreeOnAmendments(run, task, [amendment])
    if (!('end' in waits) || waits.end.kind !== 'waiting') throw new Error('it does not wait')
    const { question } = waits.end
    expect(question).toMatchObject({
      kind: 'approval',
      reasons: ['Carrying it out needs src/names.js: total calls it', 'The plan touches 3 files; limits.files is 1.'],
    })
    const next = await opened({ policy: 'limits: { files: 1 }', answers: [approved(question)] })
    const agreed = await agreeOnAmendments(next.run, next.task, [amendment])
    expect(agreed).toMatchObject({
      approved: true,
      plan: { modifications: [{ id: 'fix' }, { id: 'test' }, { id: 'amended-1' }] },
    })
  })

  test('needs none where the plan needed none', async () => {
    const { run, task } = await opened()
    expect(await agreeOnAmendments(run, task, [amendment])).toMatchObject({ plan: { modifications: [{}, {}, {}] } })
  })
})

const allowed: Permitted = {
  kind: 'allowed',
  risk: 'medium',
  mode: 'supervised_pr',
  reasons: [],
  approvals: [],
  notes: [],
  gates: [],
}

interface Agreeing extends OpenRequest {
  plan?: ImplementationPlan
  decision?: Permitted
  answers?: Answer[]
}

async function opened({ plan = planOf(), decision = allowed, answers = [], ...request }: Agreeing = {}) {
  const opened = await benched({ idle: true, ...request, claim: (claimed) => ({ ...claimed, answers }) })
  return { ...opened, task: { ...opened.task, plan, decision } }
}

async function agree(request: Agreeing = {}) {
  const { run, task, contract } = await opened(request)
  const agreed = await agreeOnPlan(run, task)
  const question = 'end' in agreed && agreed.end.kind === 'waiting' ? agreed.end.question : none
  return { agreed, question, run, contract }
}

/** What a test gets that looks at a question where there is none. */
const none = { kind: 'approval', hash: 'none', baseCommit: '', reasons: [] } as unknown as Question

function approved(question: Question): Answer {
  return said(question, { kind: 'approve', hash: question.hash })
}

function said(question: Question, what: Said): Answer {
  return { question, said: what, by: 'mia', askedAt: new Date(0), at: new Date(1) }
}
