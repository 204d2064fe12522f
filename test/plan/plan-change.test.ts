import { describe, expect, test } from 'vitest'
import { planChange } from '../../src/plan/plan-change.ts'
import { change, fixAndTest, planOf, propose } from '../support/fixture-shop.ts'
import { benched, lab, withLab } from '../support/lab-of-file.ts'
import type { OpenRequest } from '../support/run-context.ts'
import { call, type Scripted, ScriptedModel, text } from '../support/scripted-model.ts'

withLab()

describe('a plan', () => {
  test('that every rule lets pass is carried out in the order of what depends on what', async () => {
    const { planned, host, kinds } = await plan([[propose(planOf([...fixAndTest].reverse()))]])
    expect('end' in planned ? planned : planned.modifications.map(({ id }) => id)).toEqual(['fix', 'test'])
    expect(host.lastView.plan).toEqual([
      { title: 'Mend src/total.js', path: 'src/total.js', status: 'pending' },
      { title: 'Mend test/total.test.js', path: 'test/total.test.js', status: 'pending' },
    ])
    expect(host.lastView.stages.find(({ stage }) => stage === 'plan')).toMatchObject({
      status: 'done',
      note: '2 files',
    })
    expect(kinds).toEqual(expect.arrayContaining(['planner.reply', 'planner.tool']))
  })

  test.each([
    [
      'an unknown file',
      [change('fix', 'src/totals.js')],
      'fix: there is no file src/totals.js. Did you mean src/total.js?',
    ],
    [
      'a cycle',
      [change('a', 'src/total.js', { dependsOn: ['b'] }), change('b', 'src/names.js', { dependsOn: ['a'] })],
      'dependsOn has a cycle; order the modifications so that none waits for itself.',
    ],
    [
      'a protected path',
      [change('ci', '.github/workflows/ci.yml', { kind: 'create' })],
      '.github/workflows/ci.yml is in a protected folder (.github/, config/, deployment/ or infra/ at the root) and is never written.',
    ],
    [
      'nothing to do',
      [],
      'The plan has no modification. Where the issue cannot be solved, set feasible to false and say why.',
    ],
  ])('with %s goes back to the planner, which proposes again', async (_, modifications, problem) => {
    const { planned, model } = await plan([[propose(planOf(modifications))], [propose()]])
    const answer = model.requests[1]?.messages.at(-1)?.content[0]
    expect(answer).toMatchObject({ type: 'tool_result', content: expect.stringContaining(problem), is_error: true })
    expect(planned).toMatchObject({ modifications: [{ id: 'fix' }, { id: 'test' }] })
  })

  test('is asked for once when the planner only talks', async () => {
    const { planned, model } = await plan([[text('The sum starts too late.')], [propose()]])
    expect(model.requests[1]?.messages.at(-1)).toEqual({
      role: 'user',
      content: [{ type: 'text', text: 'Call propose_plan with the plan.' }],
    })
    expect(planned).toMatchObject({ modifications: [{ id: 'fix' }, { id: 'test' }] })
    const silent = await plan([[text('The sum starts too late.')], [text('I would start at zero.')]])
    expect(silent.planned).toEqual({
      end: { kind: 'declined', decline: { code: 'not_feasible', evidence: ['I would start at zero.'] } },
    })
  })

  test('that recommends an option which it does not name goes back to the planner', async () => {
    const choice = { reason: 'Two readings.', evidence: [], options: ['a', 'b'], recommended: 3 }
    const { planned, model } = await plan([[propose(planOf(fixAndTest, { choice }))], [propose()]])
    const answer = model.requests[1]?.messages.at(-1)?.content[0]
    expect(answer).toMatchObject({ content: 'choice.recommended is 3, and there are 2 options.', is_error: true })
    expect(planned).toMatchObject({ modifications: [{ id: 'fix' }, { id: 'test' }] })
  })
})

describe('planning ends without a plan', () => {
  test('when the budget is spent', async () => {
    const { planned, model } = await plan([], { policy: 'limits: { tokens: 2000 }' })
    expect(model.requests).toEqual([])
    expect(planned).toEqual({
      end: {
        kind: 'failed',
        code: 'budget_spent',
        reason: 'The budget was spent before there was a plan.',
        mend: 'Raise `limits.usd` or `limits.tokens` in the policy, or make the issue narrower.',
      },
    })
  })

  test('when the turns are used up', async () => {
    const look = () => [call('read_file', { path: 'src/total.js' })]
    const { planned } = await plan([look(), [call('list_files', {})]], { policy: 'limits: { turns: 2 }' })
    expect(planned).toMatchObject({
      end: { kind: 'failed', code: 'turns', reason: 'The planner used all its turns before there was a plan.' },
    })
  })

  test('when the time is over, which is no decline', async () => {
    const { planned } = await plan((opened) => [
      () => {
        opened.expire()
        return [call('list_files', {})]
      },
    ])
    expect(planned).toMatchObject({
      end: { kind: 'failed', code: 'deadline', reason: 'The time was over before there was a plan.' },
    })
  })

  test('when the process stops: then nothing is recorded, and the next process asks only for what is missing', async () => {
    const replies: Scripted[] = [[call('read_file', { path: 'src/total.js' })], [propose()]]
    const opened = await benched({ idle: true, script: [replies[0] ?? []] })
    opened.stop()
    await expect(planChange(opened.run, opened.task)).rejects.toMatchObject({
      code: 'shutdown',
    })

    const runId = opened.run.claimed.run.id
    const crash = () => {
      throw new Error('the process died')
    }
    const model = new ScriptedModel([replies[0] ?? [], crash, replies[1] ?? []])
    const second = await benched({ idle: true, runId, model })
    await expect(planChange(second.run, second.task)).rejects.toThrow('the process died')
    const third = await benched({ idle: true, runId, model })
    const planned = await planChange(third.run, third.task)
    expect(planned).toMatchObject({ modifications: [{ id: 'fix' }, { id: 'test' }] })
    expect(model.requests).toHaveLength(3)
    expect(model.requests[2]).toEqual(model.requests[1])
  })
})

type Opened = Awaited<ReturnType<typeof benched>>

async function plan(script: Scripted[] | ((opened: { expire(): void }) => Scripted[]), request: OpenRequest = {}) {
  const later = { expire: () => {} }
  const model = new ScriptedModel(typeof script === 'function' ? script({ expire: () => later.expire() }) : script)
  const opened: Opened = await benched({ idle: true, ...request, model })
  later.expire = opened.expire
  const planned = await planChange(opened.run, opened.task)
  const kinds = (await lab.ledger.events(opened.run.claimed.run.id)).map(({ kind }) => kind)
  return { ...opened, planned, kinds }
}
