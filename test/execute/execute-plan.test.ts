import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/execute/candidate.ts'
import { executePlan } from '../../src/execute/execute-plan.ts'
import type { Block, Message, ModelRequest } from '../../src/model/model.ts'
import { amendedPlan } from '../../src/plan/amend-plan.ts'
import type { Modification } from '../../src/plan/plan.ts'
import type { PlannedTask } from '../../src/plan/planned-task.ts'
import type { Proof } from '../../src/verify/feedback.ts'
import { addTest, breakTotal, change, done, edit, fixAndTest, mendTotal, planOf } from '../support/fixture-shop.ts'
import { type Lab, type OpenRequest, openBenched, openLab } from '../support/run-context.ts'
import { call, type Scripted, ScriptedModel, text } from '../support/scripted-model.ts'
import { requirePackage } from '../support/system.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('a modification', () => {
  test('stands when the tests near it pass, and both of one reply are closed one after the other', async () => {
    const { candidate, bench, model, host } = await execute([
      [mendTotal(), done('Sum up every price.'), addTest(), done('A test for it.')],
    ])
    await using _ = bench
    expect(statuses(candidate)).toEqual(['fix done', 'test done'])
    expect(answers(candidate.conversation)).toEqual([
      expect.stringContaining('-  return prices.slice(1).reduce'),
      'fix stands. 1 of 1 tests near it pass.\nNext, test: modify test/total.test.js. Mend test/total.test.js. Why: the first price is left out',
      expect.stringContaining('counts every price'),
      'test stands. 2 of 2 tests near it pass. Nothing is left to do.',
    ])
    expect(model.requests).toHaveLength(1)
    expect(candidate).toMatchObject({ explanation: 'Sum up every price.\nA test for it.', turns: 1, toolCalls: 4 })
    expect(candidate.stopped).toBeUndefined()
    expect(host.lastView.plan.map(({ status }) => status)).toEqual(['done', 'done'])
    expect(await bench.workspace.checkpoint()).toBe(candidate.treeSha)
  })

  test('is checked by all tests where the runner cannot run some files alone', async () => {
    const { candidate, bench } = await execute(
      [
        [breakTotal(), done('Sum up every price.')],
        [
          edit('src/total.js', 'sum + price, 1', 'sum + price, 0'),
          mendTotal(),
          done('From zero.'),
          addTest(),
          done('A test for it.'),
        ],
      ],
      { policy: 'checks: { test: node --test }', files: { 'package.json': '{"name":"shop","type":"module"}' } },
    )
    await using _ = bench
    expect(statuses(candidate)).toEqual(['fix done', 'test done'])
    expect(answers(candidate.conversation)[1]).toMatch(
      /^The change breaks what passed before \(repair 1 of 3\):\nnode --test\n/,
    )
  })

  test('written together with the one before it is closed without another edit', async () => {
    const { candidate, bench } = await execute([
      [mendTotal(), addTest(), done('Sum and test.'), done('The test is in.')],
    ])
    await using _ = bench
    expect(statuses(candidate)).toEqual(['fix done', 'test done'])
  })

  test('is not closed while nothing has changed', async () => {
    const { candidate, bench } = await execute([
      [done('All is well.')],
      [call('stop', { reason: 'It works already.' })],
    ])
    await using _ = bench
    expect(answers(candidate.conversation)[0]).toBe(
      'Nothing has changed since the last modification. Edit first, or call stop and say why not.',
    )
    expect(candidate.stopped).toEqual({ kind: 'gave_up', reason: 'It works already.' })
    expect(candidate.patch).toBe('')
  })

  test('may only write what the plan names, until amend_plan lets it', async () => {
    const toNames = () => edit('src/names.js', 'export function', '// As on the passport.\nexport function')
    const { candidate, bench } = await execute(
      [
        [toNames()],
        [
          call('amend_plan', {
            path: 'src/names.js',
            kind: 'modify',
            title: 'Say which name',
            reason: 'it is asked for',
          }),
          toNames(),
          mendTotal(),
          done('Both.'),
        ],
      ],
      { modifications: [change('fix', 'src/total.js')] },
    )
    await using _ = bench
    const [refused, amended] = answers(candidate.conversation)
    expect(refused).toBe(
      'Refused (outside_the_plan): src/names.js is not in the plan. If the contract needs it, call amend_plan first.',
    )
    expect(amended).toBe('src/names.js is part of the plan now; change it together with the current modification.')
    expect(candidate.amendments).toMatchObject([{ modification: { path: 'src/names.js' }, reason: 'it is asked for' }])
    expect(candidate.patch).toContain('As on the passport.')
  })

  test('can be amended after a planned file was deleted and another one made', async () => {
    const amend = (path: string, kind = 'modify') => call('amend_plan', { path, kind, title: 'More', reason: 'needed' })
    const { candidate, bench } = await execute(
      [
        [call('delete_file', { path: 'src/label.js' }), done('Nobody uses it.')],
        [call('create_file', { path: 'src/sum.js', content: 'export const sum = 0\n' }), amend('src/names.js')],
        [amend('src/sum.js'), amend('.github/workflows/ci.yml', 'create'), amend('src/nmes.js')],
        [done('A new one.')],
      ],
      {
        modifications: [
          change('gone', 'src/label.js', { kind: 'delete' }),
          change('new', 'src/sum.js', { kind: 'create' }),
        ],
      },
    )
    await using _ = bench
    expect(statuses(candidate)).toEqual(['gone done', 'new done'])
    expect(answers(candidate.conversation).slice(3, 6)).toEqual([
      'src/names.js is part of the plan now; change it together with the current modification.',
      expect.stringContaining('src/sum.js: two modifications name this file; make them one.'),
      expect.stringContaining('.github/workflows/ci.yml is'),
    ])
    expect(answers(candidate.conversation)[6]).toBe(
      'amended-2: there is no file src/nmes.js. Did you mean src/names.js?',
    )
  })
})

describe('a repair', () => {
  test('of the source is counted and told by what changed', async () => {
    const { candidate, bench } = await execute(
      [
        [breakTotal(), done('Sum up.')],
        [edit('src/total.js', 'sum + price, 1', 'sum + price, 0'), mendTotal(), done('From zero.')],
      ],
      { modifications: [change('fix', 'src/total.js')] },
    )
    await using _ = bench
    expect(answers(candidate.conversation)[1]).toMatch(
      /^The change breaks what passed before \(repair 1 of 3\):\n.*an empty list costs/s,
    )
    expect(candidate.results).toMatchObject([
      { status: 'done', repairs: ['modify_source'], failures: ['existing_test'] },
    ])
  })

  test('by another expectation needs the criterion that asks for it', async () => {
    const claim = (criterion: number) => [{ path: 'test/total.test.js', criterion, reason: 'An empty list costs one.' }]
    const { candidate, bench } = await execute([
      [breakTotal(), addTest(), done('Start at one.')],
      [edit('test/total.test.js', 'assert.equal(total([]), 0)', 'assert.equal(total([]), 1)'), done('Other tests.')],
      [done('Other tests.', claim(2))],
      [done('Other tests.', claim(1)), done('They are in.')],
    ])
    await using _ = bench
    const all = answers(candidate.conversation)
    expect(all[4]).toBe(
      'test/total.test.js expects something else than before. Name it in changedTests with the acceptance criterion that asks for it, or give the expectation back.',
    )
    expect(all[5]).toBe('There is no criterion 2; the contract has 1.')
    expect(candidate.results[0]).toMatchObject({ status: 'done', repairs: ['update_test'] })
    expect(candidate.changedTests).toEqual([
      { path: 'test/total.test.js', reason: 'An empty list costs one.', criterion: 'total([1, 2]) is 3' },
    ])
  })

  test('is asked for where the tests pass without the change, too', async () => {
    const guard = () => edit('test/total.test.js', "test('an empty list", `${guarding}test('an empty list`)
    const { candidate, bench, events } = await execute([
      [mendTotal(), done('Sum up every price.'), guard(), done('A test for it.')],
      [addTest(), done('Now it fails there.')],
    ])
    await using _ = bench
    expect(answers(candidate.conversation)[3]).toBe(
      'The tests show nothing yet (repair 1 of 3):\nThey pass on the code without this change, too. Write one that fails there.\nPasses without the change: test/total.test.js > costs as much as its one price',
    )
    expect(candidate.results).toMatchObject([
      { status: 'done', repairs: [] },
      { status: 'done', repairs: ['update_test'], failures: ['not_shown'] },
    ])
    expect(await events()).toContain('tests_without_change')
  })

  test('shows what an earlier one mends, wherever its test stands', async () => {
    const { candidate, bench } = await execute(
      [
        [mendTotal(), done('Sum up every price.'), addTest(), done('A test for it.')],
        [edit('src/names.js', 'export', '// Names.\nexport'), done('Names.')],
      ],
      { modifications: [...planOf().modifications, change('names', 'src/names.js')] },
    )
    await using _ = bench
    expect(statuses(candidate)).toEqual(['fix done', 'test done', 'names done'])
    expect(candidate.results.flatMap(({ failures = [] }) => failures)).toEqual([])
  })

  test('is asked for where a check that was green finds something new, once nothing is half done', async () => {
    const lint =
      "const text = await readFile('src/total.js', 'utf8')\nif (text.includes('var ')) { console.log('src/total.js: no var'); process.exit(1) }\n"
    const { candidate, bench } = await execute(
      [
        [edit('src/total.js', 'return prices.slice(1)', 'var all = prices\n  return all'), done('Sum up.')],
        [edit('src/names.js', 'export', '// Names.\nexport'), done('Names.')],
        [edit('src/total.js', 'var all', 'const all'), done('Without var.')],
      ],
      {
        policy: `checks: { test: node --test, lint: node lint.js }`,
        files: {
          'package.json': '{"name":"shop","type":"module"}',
          'lint.js': `import { readFile } from 'node:fs/promises'\n${lint}`,
        },
        modifications: [change('fix', 'src/total.js'), change('names', 'src/names.js')],
      },
    )
    await using _ = bench
    const all = answers(candidate.conversation)
    expect(all[1]).toMatch(/^fix stands/)
    expect(all[3]).toMatch(/^The checks fail in what is new \(repair 1 of 3\):\nnode lint.js\n.*no var/s)
    expect(candidate.results.map(({ status, failures }) => [status, failures])).toEqual([
      ['done', undefined],
      ['done', ['new_code']],
    ])
  })

  test('may give the files back and try another way', async () => {
    const { candidate, bench } = await execute(
      [
        [breakTotal(), done('Sum up.')],
        [call('revert', {}), mendTotal(), done('Another way.')],
      ],
      { modifications: [change('fix', 'src/total.js')] },
    )
    await using _ = bench
    expect(answers(candidate.conversation)[2]).toBe(
      'The files are as they were before this modification. Again, fix: modify src/total.js. Mend src/total.js. Why: the first price is left out',
    )
    expect(candidate.results).toMatchObject([{ status: 'done', repairs: ['revert_and_retry'] }])
    expect(candidate.patch).not.toContain('sum + price, 1')
  })

  test('that fails as often as the policy lets it gives the modification up, and only what depends on it', async () => {
    const modifications = [
      change('fix', 'src/total.js'),
      change('test', 'test/total.test.js', { dependsOn: ['fix'] }),
      change('names', 'src/names.js'),
    ]
    const { candidate, bench, host, events } = await execute(
      [
        [breakTotal('1'), done('One.')],
        [edit('src/total.js', 'price, 1', 'price, 2'), done('Two.')],
        [edit('src/total.js', 'price, 2', 'price, 3'), done('Three.')],
        [edit('src/names.js', 'export function', '// A comment.\nexport function'), done('Names.')],
      ],
      { modifications, policy: 'limits: { repairs: 2 }' },
    )
    await using _ = bench
    expect(answers(candidate.conversation)[3]).toMatch(/^The change breaks what passed before \(repair 2 of 2\)/)
    expect(answers(candidate.conversation)[5]).toMatch(
      /^fix was given up and its files are as before it\.\nNext, names:/,
    )
    expect(
      candidate.results.map(({ modification, status, reason, repairs }) => [modification.id, status, reason, repairs]),
    ).toEqual([
      ['fix', 'failed', 'its checks still failed after 2 repairs', ['modify_source', 'modify_source']],
      ['test', 'skipped', 'depends on fix', []],
      ['names', 'done', undefined, []],
    ])
    expect(await readFile(join(bench.workspace.tree, 'src/total.js'), 'utf8')).toContain('prices.slice(1)')
    expect(candidate.patch).not.toContain('src/total.js')
    expect(candidate.patch).toContain('A comment.')
    expect(host.lastView.plan.map(({ status }) => status)).toEqual(['failed', 'failed', 'done'])
    expect(await events()).toContain('modification_failed')
  })
})

describe('a call that is made again and again', () => {
  test('ends its modification, and what does not depend on it goes on', async () => {
    const modifications = [...fixAndTest, change('names', 'src/names.js')]
    const same = () => call('search', { pattern: 'total' })
    const { candidate, bench } = await execute(
      [
        [edit('src/total.js', 'slice(1)', 'slice(2)'), same(), same(), same(), same(), mendTotal()],
        [edit('src/names.js', 'export', '// Names.\nexport'), done('Names.')],
      ],
      { modifications },
    )
    await using _ = bench
    expect(answers(candidate.conversation).slice(4, 6)).toEqual([
      'fix was given up and its files are as before it.\nNext, names: modify src/names.js. Mend src/names.js. Why: the first price is left out',
      'Not run: the same call was repeated.',
    ])
    expect(candidate.results.map(({ modification, status, reason }) => [modification.id, status, reason])).toEqual([
      ['fix', 'failed', 'the coder repeated the same call'],
      ['test', 'skipped', 'depends on fix'],
      ['names', 'done', undefined],
    ])
    expect(await changedPaths(bench, candidate)).toEqual(['src/names.js'])
  })
})

describe('what a person has to decide', () => {
  const half: Scripted = [mendTotal(), done('Sum up every price.')]

  test('is asked with options, and the work goes on with the answer where it stopped', async () => {
    const ask = call('stop', { reason: 'What does nothing cost?', options: ['zero', 'an error'], recommended: 2 })
    const model = new ScriptedModel([half, [ask], [addTest(), done('A test for it.')]])
    const { candidate, bench, run, task } = await execute([], { model })
    await using _ = bench
    const escalation = {
      reason: 'What does nothing cost?',
      evidence: [],
      options: ['zero', 'an error'],
      recommended: 2,
    }
    expect(candidate.stopped).toEqual({ kind: 'question', reason: 'What does nothing cost?', escalation })
    expect(statuses(candidate)).toEqual(['fix done', 'test skipped'])

    const resumed = { candidate, answer: 'an error' }
    const whole = await executePlan(run, { ...task, plan: planOf(fixAndTest) }, { ...first, resumed })
    expect(lastText(model.requests[2])).toBe(
      'A maintainer has decided: an error\n\nThe files are as they were when the last modification was closed. Next, test: modify test/total.test.js. Mend test/total.test.js. Why: the first price is left out',
    )
    expect(extendsOn(model.requests[2] as ModelRequest, model.requests[1])).toBe(true)
    expect(statuses(whole)).toEqual(['fix done', 'test done'])
    expect(whole).toMatchObject({ turns: 3, explanation: 'Sum up every price.\nA test for it.' })
    expect(whole.stopped).toBeUndefined()
  })

  test('is asked where an approved plan lacks a file, before the file is touched', async () => {
    const amend = call('amend_plan', { path: 'src/names.js', kind: 'modify', title: 'Names', reason: 'it is needed' })
    const toNames = () => edit('src/names.js', 'export', '// Names.\nexport')
    const model = new ScriptedModel([
      [mendTotal(), done('Sum up every price.'), amend, toNames()],
      [toNames(), addTest(), done('A test.'), done('Names.')],
    ])
    const { candidate, bench, run, task } = await execute([], { model, approved: true })
    await using _ = bench
    expect(candidate.stopped).toMatchObject({
      kind: 'approval',
      reason: 'The approved plan does not name src/names.js, and the work needs it: it is needed',
      amendment: { modification: { id: 'amended-1', path: 'src/names.js' } },
    })
    expect(answers(candidate.conversation)[3]).toBe('Not run: the work had ended.')
    expect(candidate.amendments).toEqual([])
    if (candidate.stopped?.kind !== 'approval') throw new Error('not stopped for an approval')

    const plan = amendedPlan(planOf(fixAndTest), [candidate.stopped.amendment])
    const resumed = { candidate, answer: 'the amended plan is approved' }
    const whole = await executePlan(run, { ...task, plan, approved: true }, { ...first, resumed })
    expect(statuses(whole)).toEqual(['fix done', 'test done', 'amended-1 done'])
    expect(await changedPaths(bench, whole)).toEqual(['src/names.js', 'src/total.js', 'test/total.test.js'])
  })
})

requirePackage('python3', ['python3'])('several languages', () => {
  test('one plan changes a server and its page, each checked by the runner of its language', async () => {
    const server = {
      'server/pyproject.toml': '[project]\nname = "server"\nversion = "1"\n',
      'server/prices.py': 'def total(prices):\n    return sum(prices[1:])\n',
      'server/tests/__init__.py': '',
      'server/tests/test_prices.py':
        'import unittest\nfrom prices import total\n\n\nclass Total(unittest.TestCase):\n    def test_nothing(self):\n        self.assertEqual(total([]), 0)\n',
    }
    const more = '    def test_every_price(self):\n        self.assertEqual(total([1, 2]), 3)\n'
    const { candidate, bench } = await execute(
      [
        [
          ...[edit('server/prices.py', 'prices[1:]', 'prices'), done('The server sums up every price.')],
          ...[mendTotal(), done('So does the page.')],
          ...[
            edit(
              'server/tests/test_prices.py',
              '        self.assertEqual(total([]), 0)\n',
              `        self.assertEqual(total([]), 0)\n\n${more}`,
            ),
          ],
          ...[done('A test of the server.'), addTest(), done('A test of the page.')],
        ],
      ],
      {
        npm: true,
        files: server,
        modifications: [
          change('server', 'server/prices.py'),
          change('page', 'src/total.js'),
          change('server-test', 'server/tests/test_prices.py', { test: true, dependsOn: ['server'] }),
          change('page-test', 'test/total.test.js', { dependsOn: ['page'] }),
        ],
      },
    )
    await using _ = bench
    expect(answers(candidate.conversation).join('\n')).toContain('page-test stands.')
    expect(statuses(candidate)).toEqual(['server done', 'page done', 'server-test done', 'page-test done'])
    expect(candidate.files?.map(({ path, module, category }) => [path, module, category])).toEqual([
      ['server/prices.py', 'server', 'source'],
      ['server/tests/test_prices.py', 'server', 'test'],
      ['src/total.js', 'shop', 'source'],
      ['test/total.test.js', 'shop', 'test'],
    ])
    const ran = candidate.commands?.map(({ line }) => line.split(' ')[0])
    expect(new Set(ran)).toEqual(new Set(['python3', 'node']))
  })
})

test('the patch is recorded with its files, and with the commands that ran', async () => {
  const { candidate, bench } = await execute([
    [call('run_check', { check: 'test' }), mendTotal(), done('Sum up every price.'), addTest(), done('A test for it.')],
  ])
  await using _ = bench
  expect(candidate.files).toEqual([
    { path: 'src/total.js', kind: 'modified', addedLines: 1, removedLines: 1, module: 'shop', category: 'source' },
    { path: 'test/total.test.js', kind: 'modified', addedLines: 4, removedLines: 0, module: 'shop', category: 'test' },
  ])
  expect(candidate.commands?.map(({ line, exitCode }) => [line, exitCode])).toEqual([
    ['node --test', 0],
    ['node --test test/total.test.js', 0],
    ['node --test test/total.test.js', 0],
  ])
})

describe('what commands leave behind', () => {
  const littering = {
    'test/names.test.js':
      "import { writeFileSync } from 'node:fs'\nimport { test } from 'node:test'\nwriteFileSync('report.txt', String(Math.random()))\ntest('writes a report', () => {})\n",
  }

  test('belongs to no modification', async () => {
    const { candidate, bench } = await execute(
      [
        [edit('src/names.js', 'export', '// One.\nexport'), done('One.')],
        [mendTotal(), done('Two.')],
      ],
      { files: littering, modifications: [change('names', 'src/names.js'), change('fix', 'src/total.js')] },
    )
    await using _ = bench
    await access(join(bench.workspace.tree, 'report.txt'))
    expect(await changedPaths(bench, candidate)).toEqual(['src/names.js', 'src/total.js'])
    expect(candidate.patch).not.toContain('report.txt')
  })
})

describe('work that stops early is kept', () => {
  const half: Scripted[] = [[mendTotal(), done('Sum up every price.')]]

  test('when the budget is spent', async () => {
    const { candidate, bench, artifact, host } = await execute([...half, [addTest()]], {
      policy: 'limits: { tokens: 30000 }',
      script: [spend(half[0], 15_000), [addTest()]],
    })
    await using _ = bench
    expect(candidate.stopped).toEqual({
      kind: 'budget_spent',
      reason: expect.stringMatching(
        /^The budget was spent: the next call could take [\d,]+ tokens, and [\d,]+ tokens are left of limits\.tokens\.$/,
      ),
    })
    expect(statuses(candidate)).toEqual(['fix done', 'test skipped'])
    expect(candidate.patch).toContain('+  return prices.reduce')
    expect(await artifact('work.patch')).toBe(candidate.patch)
    expect(host.lastView.stages.find(({ stage }) => stage === 'execute')).toMatchObject({
      status: 'failed',
      note: expect.stringMatching(/^The budget was spent: .* are left of limits\.tokens\. 1 of 2 stand$/),
    })
  })

  test.each([1, 2, 3, 4])('whenever the budget is spent: after reply %i', async (paid) => {
    const turns: Scripted[] = [
      [breakTotal(), done('Sum up.')],
      [edit('src/total.js', 'price, 1', 'price, 0'), mendTotal(), done('From zero.')],
      [addTest()],
      [edit('src/names.js', 'export', '// Names.\nexport')],
    ]
    const script = [...turns.slice(0, paid - 1), spend(turns[paid - 1], 55_000)]
    const { candidate, bench, artifact } = await execute([], { policy: 'limits: { tokens: 60000 }', script })
    await using _ = bench
    expect(candidate.stopped?.kind).toBe('budget_spent')
    expect(candidate.turns).toBe(paid)
    expect(await changedPaths(bench, candidate)).toEqual(paid < 2 ? [] : ['src/total.js'])
    expect((await artifact('work.patch')) ?? '').toBe(candidate.patch)
    expect((await artifact('unfinished.patch')) !== undefined).toBe(paid !== 2)
  })

  test('when the budget is spent in a later round: what the first came to stands', async () => {
    const opened = await openBenched(lab, {
      policy: 'limits: { tokens: 60000 }',
      script: [[mendTotal(), done('Sum.'), addTest(), done('A test.')], spend([breakTotal()], 55_000)],
    })
    await using _ = opened.bench
    const candidate = await executePlan(opened.run, taskOf(opened), first)
    const before = objectedTo(candidate, 'The name of the test is clumsy.')
    const second = await executePlan(opened.run, taskOf(opened), { round: 1, before })
    expect(second).toMatchObject({
      treeSha: candidate.treeSha,
      patch: candidate.patch,
      stopped: { kind: 'budget_spent' },
    })
    expect(statuses(second)).toEqual(['fix done', 'test done'])
    expect(second.mends).toMatchObject([{ status: 'skipped' }])
  })

  test('when the turns are used up, and what was half done beside it', async () => {
    const { candidate, bench, artifact } = await execute([...half, [addTest()]], { policy: 'limits: { turns: 2 }' })
    await using _ = bench
    expect(await artifact('unfinished.patch')).toContain('counts every price')
    expect(candidate.stopped).toEqual({ kind: 'turns', reason: 'The limit of model turns was reached.' })
    expect(await changedPaths(bench, candidate)).toEqual(['src/total.js'])
    expect(await bench.workspace.checkpoint()).toBe(candidate.treeSha)
  })

  test('when the tool calls are used up', async () => {
    const { candidate, bench } = await execute([...half, [addTest()]], { policy: 'limits: { toolCalls: 2 }' })
    await using _ = bench
    expect(candidate.stopped).toEqual({ kind: 'turns', reason: 'The limit of tool calls was reached.' })
  })

  test('when the time is over', async () => {
    const { candidate, bench } = await execute([], {
      script: (expire) => [...half, meanwhile(expire, [addTest(), done('Too late.')])],
    })
    await using _ = bench
    expect(candidate.stopped).toEqual({ kind: 'deadline', reason: 'The run took longer than 45 minutes.' })
    expect(await changedPaths(bench, candidate)).toEqual(['src/total.js'])
  })

  test('when the coder only talks, after it was asked once', async () => {
    const { candidate, bench, model } = await execute([...half, [text('All done!')], [text('Really.')]])
    await using _ = bench
    expect(lastText(model.requests[2])).toBe(
      'Call done when the modification is complete, or stop and say why it cannot be.',
    )
    expect(candidate.stopped).toEqual({ kind: 'model', reason: 'The coder ended early: Really.' })
  })
})

test('a stopped process ends at once, with the reason of the stop and nothing recorded', async () => {
  const opened = await openBenched(lab, {
    script: [meanwhile(() => opened.stop(), [mendTotal(), done('Too late.')])],
  })
  await using _ = opened.bench
  await expect(executePlan(opened.run, taskOf(opened), first)).rejects.toMatchObject({ code: 'shutdown' })
  expect((await lab.ledger.stages(opened.run.claimed.run.id)).map(({ stage }) => stage)).not.toContain('execute')
})

describe('the conversation', () => {
  test('goes on without an edit in a later round, where what failed is no fault of the change', async () => {
    const opened = await openBenched(lab, {
      script: [[mendTotal(), done('Sum.'), addTest(), done('A test.')], [done('That test measures time.')]],
    })
    await using _ = opened.bench
    const candidate = await executePlan(opened.run, taskOf(opened), first)
    const before = objectedTo(candidate, 'It is slow.')
    const second = await executePlan(opened.run, taskOf(opened), { round: 1, before })
    expect(second).toMatchObject({ treeSha: candidate.treeSha, mends: [{ status: 'done' }] })
    expect(second.stopped).toBeUndefined()
    expect(second.explanation).toContain('That test measures time.')
  })

  test('only grows: every request begins with the one before it, also in the next round', async () => {
    const script = [
      [call('read_file', { path: 'src/total.js' })],
      [breakTotal(), done('Sum up.')],
      [edit('src/total.js', 'price, 1', 'price, 0'), mendTotal(), done('From zero.')],
      [addTest(), done('A test.')],
      [edit('test/total.test.js', 'every price', 'each price'), done('A better name.')],
    ]
    const opened = await openBenched(lab, { script })
    await using _ = opened.bench
    const task = taskOf(opened)
    const candidate = await executePlan(opened.run, task, first)
    const before = objectedTo(candidate, 'The name of the test is clumsy.')
    const second = await executePlan(opened.run, task, { round: 1, before })

    const { requests } = opened.model
    expect(requests).toHaveLength(5)
    for (const [at, request] of requests.entries()) expect(extendsOn(request, requests[at - 1])).toBe(true)
    expect(lastText(requests[4])).toBe(
      'The checks pass, but the review objects:\n\n- test/total.test.js:5: The name of the test is clumsy. (maintainability)\n\nMend it and call done. Where the change is not at fault, call done with the reason alone: it is verified once more.',
    )
    expect(second.patch).toContain('each price')
    expect(second).toMatchObject({ turns: 5, explanation: 'From zero.\nA test.\nA better name.' })
    expect(statuses(second)).toEqual(['fix done', 'test done'])
  })

  test('goes on after a crash at every turn: nothing is asked twice, and the tree ends the same', async () => {
    const turns = [
      [call('read_file', { path: 'src/total.js' }), call('run_check', { check: 'test' })],
      [breakTotal(), done('Sum up.')],
      [call('revert', {}), call('amend_plan', { path: 'src/names.js', kind: 'modify', title: 'T', reason: 'R' })],
      [mendTotal(), edit('src/names.js', 'export', '// Names.\nexport'), done('Another way.')],
      [addTest(), done('A test.')],
    ]
    const whole = await execute(turns)
    await using _ = whole.bench
    const crash = () => {
      throw new Error('the process died')
    }
    const crashing = new ScriptedModel(turns.flatMap((turn) => [crash, turn]))
    const runId = await newRunId()
    const { candidate, bench } = await untilItEnds(runId, crashing, turns.length)
    await using __ = bench

    expect(crashing.left).toBe(0)
    expect(candidate.treeSha).toBe(whole.candidate.treeSha)
    expect(candidate.patch).toBe(whole.candidate.patch)
    expect(candidate.results).toEqual(whole.candidate.results)
    expect(candidate.conversation).toEqual(whole.candidate.conversation)
    expect(await lab.ledger.modelCalls(runId)).toHaveLength(turns.length)
    expect(await readFile(join(bench.workspace.tree, 'src/names.js'), 'utf8')).toContain('// Names.')
  })

  test('that was recorded gives its tree again in a new work tree', async () => {
    const { candidate, bench, run } = await execute([[mendTotal(), done('Sum.'), addTest(), done('A test.')]])
    await bench[Symbol.asyncDispose]()
    const again = await openBenched(lab, { runId: run.claimed.run.id })
    await using _ = again.bench
    const known = await executePlan(again.run, taskOf(again), first)
    expect(known).toEqual(candidate)
    expect(again.model.requests).toEqual([])
    expect(await again.bench.workspace.checkpoint()).toBe(candidate.treeSha)
    await again.run.progress.planned([])
  })
})

test('a file that holds credentials is not shown with the plan', async () => {
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const { model, bench } = await execute([[call('stop', { reason: 'Enough.' })]], {
    files: { 'src/total.js': `const token = '${secret}'\n` },
  })
  await using _ = bench
  expect(JSON.stringify(model.requests)).not.toContain(secret)
  expect(JSON.stringify(model.requests)).toContain('an empty list costs nothing')
})

const guarding = "test('costs as much as its one price', () => {\n  assert.equal(total([0, 1]), 1)\n})\n\n"

const first = { round: 0, before: undefined }

interface Execution extends Omit<OpenRequest, 'script' | 'model'> {
  modifications?: Modification[]
  model?: ScriptedModel
  approved?: boolean
  script?: Scripted[] | ((expire: () => void) => Scripted[])
}

async function execute(
  turns: Scripted[],
  { modifications = fixAndTest, script = turns, approved = false, model: given, ...request }: Execution = {},
) {
  let expire = () => {}
  const model = given ?? new ScriptedModel(typeof script === 'function' ? script(() => expire()) : script)
  const opened = await openBenched(lab, { ...request, model })
  expire = opened.expire
  const plan = planOf(modifications)
  await opened.run.progress.planned(plan.modifications.map(({ title, path }) => ({ title, path, status: 'pending' })))
  const candidate = await executePlan(opened.run, { ...taskOf(opened, modifications), approved }, first)
  const runId = opened.run.claimed.run.id
  return {
    ...opened,
    candidate,
    events: async () => (await lab.ledger.events(runId)).map(({ kind }) => kind),
    artifact: async (name: string) => (await lab.ledger.artifact(runId, name))?.toString(),
  }
}

function taskOf(opened: { task: Omit<PlannedTask, 'plan'> }, modifications = fixAndTest): PlannedTask {
  return { ...opened.task, plan: planOf(modifications) }
}

function statuses({ results }: Candidate): string[] {
  return results.map(({ modification, status }) => `${modification.id} ${status}`)
}

/** What the tools answered, in order. */
function answers(conversation: Message[]): string[] {
  return conversation.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'tool_result' ? [block.content] : [])),
  )
}

async function changedPaths({ workspace }: PlannedTask['bench'], { treeSha }: Candidate): Promise<string[]> {
  return (await workspace.changes(treeSha)).map(({ path }) => path)
}

/** A reply that cost as much as that. */
function spend(content: Scripted | undefined, inputTokens: number): Scripted {
  const usage = { inputTokens, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 }
  return { content: Array.isArray(content) ? content : [], usage }
}

/** Something happens while the model thinks. */
function meanwhile(happens: () => void, reply: Block[]): Scripted {
  return () => {
    happens()
    return reply
  }
}

function lastText(request: ModelRequest | undefined): string | undefined {
  const block = request?.messages.at(-1)?.content.at(-1)
  return block?.type === 'text' ? block.text : undefined
}

function extendsOn(request: ModelRequest, before: ModelRequest | undefined): boolean {
  if (before === undefined) return true
  const head = (own: ModelRequest) => JSON.stringify([own.model, own.system, own.tools])
  // A user's words join the last message of theirs, so only its beginning has to be the same.
  const start = JSON.stringify(before.messages).slice(0, -'}]'.length - 1)
  return head(request) === head(before) && JSON.stringify(request.messages).startsWith(start)
}

function objectedTo(candidate: Candidate, message: string): Proof {
  const report = { treeSha: candidate.treeSha, baseCommit: '', verified: true, checks: [], reproduction: undefined }
  const objection = { by: 'reviewer' as const, about: 'maintainability', path: 'test/total.test.js', line: 5, message }
  return {
    candidate,
    report: {
      ...report,
      secrets: [],
      violations: [],
      problems: [],
      beyondRepair: [],
      notVerified: [],
      sandbox: 'none',
    },
    verdict: { passed: false, objections: [objection], remarks: [] },
    before: undefined,
  }
}

async function newRunId(): Promise<string> {
  return (await lab.open()).run.claimed.run.id
}

/** Claims the run again after each crash, on a new work tree. */
async function untilItEnds(runId: string, model: ScriptedModel, crashes: number) {
  for (let crash = 0; crash < crashes; crash++) {
    const opened = await openBenched(lab, { runId, model })
    await using _ = opened.bench
    await expect(executePlan(opened.run, taskOf(opened), first)).rejects.toThrow('the process died')
    // What a command of the dead process left must not matter.
    await writeFile(join(opened.bench.workspace.tree, 'left.txt'), 'half')
  }
  const opened = await openBenched(lab, { runId, model })
  return { ...opened, candidate: await executePlan(opened.run, taskOf(opened), first) }
}
