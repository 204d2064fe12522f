// The spine with people in it: it leaves off with a question, and goes on from its records with the answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../src/run/outcome.ts'
import type { Question, Said } from '../src/run/question.ts'
import { createTaskRunner } from '../src/task-runner.ts'
import { addTest, done, edit, mendTotal, planOf, propose, understood } from './support/fixture-shop.ts'
import { type Lab, type OpenRequest, openLab } from './support/run-context.ts'
import { call, type Scripted, ScriptedModel, text } from './support/scripted-model.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const json = (value: unknown) => [text(JSON.stringify(value))]
const noObjections = json({ objections: [], remarks: [] })
const mends = [mendTotal(), done('Every price.'), addTest(), done('A test for it.')]
/** The plan of two files needs an approval. */
const policy = 'limits: { files: 1 }'

describe('a plan that needs approval', () => {
  test('stands still after it was told, and goes on with the approval; nothing is paid twice', async () => {
    const run = await open([json(understood), [propose()], mends, noObjections], { policy })
    const question = waiting(await run.sit())
    expect(run.host.lastView).toMatchObject({ state: 'awaiting_approval', question, analysis: { changes: [{}, {}] } })
    expect(await lab.ledger.find(run.id)).toMatchObject({ state: 'awaiting_approval', question })
    expect(await lab.openFolders()).not.toContain(run.id)

    await run.say({ kind: 'approve', hash: question.hash })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    expect(run.model.left).toBe(0)
    expect(run.host.published[0]?.body).toContain(`The plan ${question.hash} was approved by mia.`)
    expect(run.host.inspections).toBe(2)
    expect(run.host.lastView.answeredBy).toBe('mia')
  })

  test('is the same question after a crash at any point of asking', async () => {
    const run = await open([json(understood), [propose()]], { policy })
    const died = () => Promise.reject(new Error('the process died'))
    await expect(run.sit((claimed) => ({ ...claimed, ask: died }))).rejects.toThrow('died')
    await expect(run.sit((claimed) => ({ ...claimed, stand: died }))).rejects.toThrow('died')
    const told = run.host.lastView.question
    const question = waiting(await run.sit())
    expect(question).toEqual(told)
    expect(run.model.left).toBe(0)
  })

  test('that grows while it is carried out needs another approval, and the work goes on from where it was', async () => {
    const amend = call('amend_plan', {
      path: 'src/names.js',
      kind: 'modify',
      title: 'Names, too',
      reason: 'The total is printed beside them',
    })
    const names = [edit('src/names.js', "join(' ')", "join(' ').trim()"), done('Names.')]
    const run = await open(
      [json({ ...understood, taskType: 'refactor' }), [propose()], [amend], [...mends, ...names], noObjections],
      { policy },
    )
    const first = waiting(await run.sit())
    await run.say({ kind: 'approve', hash: first.hash })
    const second = waiting(await run.sit())
    expect(second.hash).not.toBe(first.hash)
    expect(second).toMatchObject({
      reasons: [
        `It is another plan than the one that mia approved (${first.hash}).`,
        'Carrying it out needs src/names.js: The total is printed beside them',
        'The plan touches 3 files; limits.files is 1.',
      ],
    })
    await run.say({ kind: 'approve', hash: second.hash })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    expect(run.host.published[0]?.patch).toContain('src/names.js')
    expect(run.model.left).toBe(0)
  })

  test('that grows can be answered with a remark, too: then it is planned and carried out anew', async () => {
    const amend = call('amend_plan', { path: 'src/names.js', kind: 'modify', title: 'Names', reason: 'Beside them' })
    const run = await open([json(understood), [propose()], [amend], [propose()], mends, noObjections], { policy })
    await run.say({ kind: 'approve', hash: waiting(await run.sit()).hash })
    expect(waiting(await run.sit())).toMatchObject({ plan: { modifications: { length: 3 } } })
    await run.say({ kind: 'revise', text: 'Leave the names alone.' })
    const again = waiting(await run.sit())
    expect(again).toMatchObject({ plan: { modifications: { length: 2 } } })
    await run.say({ kind: 'approve', hash: again.hash })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    expect(run.model.left).toBe(0)
  })

  test('does not use up the time of the run while it waits, and what was worked before counts', async () => {
    const run = await open([json(understood), [propose()]], { policy })
    const { hash } = waiting(await run.sit())
    await run.say({ kind: 'approve', hash })
    const end = await run.sit((claimed) => ({ ...claimed, run: { ...claimed.run, workedMs: 45 * 60_000 } }))
    expect(end).toMatchObject({ kind: 'failed', code: 'deadline' })
    expect((await lab.ledger.find(run.id))?.workedMs).toBeLessThan(60_000)
  })
})

describe('a question of the coder', () => {
  test('is put to people, and the work goes on with their choice, which the reviewer knows, too', async () => {
    const asks = call('stop', {
      reason: 'An empty list may be 0 or nothing.',
      options: ['0', 'nothing'],
      recommended: 1,
    })
    const run = await open([json(understood), [propose()], [asks], mends, noObjections])
    const question = waiting(await run.sit())
    expect(question).toMatchObject({
      kind: 'choice',
      escalation: { reason: 'An empty list may be 0 or nothing.', options: ['0', 'nothing'], recommended: 1 },
    })
    expect(run.host.lastView.state).toBe('awaiting_answer')
    await run.say({ kind: 'choose', option: 2 })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    const [coder, reviewer] = run.model.requests.slice(-2).map(({ messages }) => JSON.stringify(messages))
    expect(coder).toContain('An empty list may be 0 or nothing. A maintainer chose: nothing')
    expect(reviewer).toContain('- constraint: An empty list may be 0 or nothing. A maintainer chose: nothing')
    expect(run.host.published[0]?.body).toContain('- [ ] An empty list may be 0 or nothing. mia chose: nothing')
    expect(run.model.left).toBe(0)
  })
})

describe('an issue that can be meant in several ways', () => {
  const readings = {
    reason: 'Is a missing price 0, or an error?',
    options: ['It is 0.', 'It is an error.'],
    recommended: 1,
  }
  const asked = { kind: 'choice', about: 'issue', escalation: { ...readings, evidence: [] } }

  test('is a question before anything is planned, and a recommended answer costs no further reading', async () => {
    const run = await open([json({ ...understood, readings }), [propose()], mends, noObjections])
    expect(waiting(await run.sit())).toMatchObject(asked)
    expect(run.host.lastView.state).toBe('awaiting_answer')
    await run.say({ kind: 'choose', option: 1 })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    expect(JSON.stringify(run.model.requests[1]?.messages)).toContain('A maintainer chose: It is 0.')
    expect(run.host.published[0]?.body).toContain('- [ ] Is a missing price 0, or an error? mia chose: It is 0.')
    expect(run.model.left).toBe(0)
  })

  test('is read again with any other answer, and not asked about twice', async () => {
    const again = { ...understood, objective: 'A missing price is an error.', readings }
    const run = await open([json({ ...understood, readings }), json(again), [propose()], mends, noObjections])
    await run.sit()
    await run.say({ kind: 'choose', option: 2 })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    const [, analyst, planner] = run.model.requests.map(({ messages }) => JSON.stringify(messages))
    expect(analyst).toContain(
      'Decided since the issue was written: Is a missing price 0, or an error? A maintainer chose: It is an error.',
    )
    expect(planner).toContain('A missing price is an error.')
    expect(run.model.left).toBe(0)
  })

  test('is no question where the rules decline it whatever it means', async () => {
    const run = await open([json({ ...understood, readings, complexity: 'high' })])
    expect(await run.sit()).toMatchObject({ kind: 'declined', decline: { code: 'too_complex' } })
  })
})

describe('a decision of the plan', () => {
  test('can be answered in words of their own', async () => {
    const choice = { reason: 'Round how?', evidence: [], options: ['up', 'down'], recommended: 1 }
    const run = await open([
      json(understood),
      [propose(planOf(undefined, { choice }))],
      [propose()],
      mends,
      noObjections,
    ])
    expect(waiting(await run.sit())).toMatchObject({ kind: 'choice', escalation: choice })
    await run.say({ kind: 'revise', text: 'To the nearest cent.' })
    expect(await run.sit()).toMatchObject({ kind: 'pull_request' })
    expect(run.host.published[0]?.body).toContain('Round how? mia says: To the nearest cent.')
  })
})

type Claim = NonNullable<OpenRequest['claim']>

/** One run, sitting after sitting, as processes would take it one after the other. */
async function open(script: Scripted[], request: OpenRequest = {}) {
  const model = new ScriptedModel(script)
  const first = await lab.open({ ...request, model })
  const { host } = first
  const { id } = first.run.claimed.run
  return {
    id,
    host,
    model,
    async sit(claim?: Claim): Promise<Outcome | { question: Question }> {
      const opened = await lab.open({ ...request, model, host, runId: id, ...(claim && { claim }) })
      const runner = createTaskRunner(opened.runnerOptions)
      const { claimed } = opened.run
      const end = await runner.execute(claimed, new AbortController().signal)
      if (end.kind !== 'waiting') {
        await runner.announce(claimed, end)
        return end
      }
      await claimed.ask(end.question)
      await runner.ask(claimed, end.question)
      await claimed.stand(end.question)
      return { question: end.question }
    },
    async say(said: Said): Promise<void> {
      expect(await lab.ledger.answer(id, { said, by: 'mia' })).toMatchObject({ kind: 'answered' })
    },
  }
}

function waiting(end: Outcome | { question: Question }): Question {
  if ('question' in end) return end.question
  throw new Error(`the run does not wait: ${JSON.stringify(end)}`)
}
