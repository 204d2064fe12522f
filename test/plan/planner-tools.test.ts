import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPlannerTools, type PlannerRules } from '../../src/plan/plan-change.ts'
import { FolderTree } from '../support/folder-tree.ts'

let folder: FolderTree
beforeEach(() => {
  folder = new FolderTree({ 'server/total.py': 'x\n', 'web/total.ts': 'y\n', 'web/total.test.ts': 'z\n' })
})
afterEach(() => folder[Symbol.dispose]())

const source = {
  id: 'fix',
  path: 'server/total.py',
  kind: 'modify',
  title: 'Sum',
  reason: 'asked for',
  estimatedLines: 2,
}
const client = { ...source, id: 'web', path: 'web/total.ts', dependsOn: ['fix'] }
const tests = { ...source, id: 'test', path: 'web/total.test.ts', dependsOn: ['web'] }

describe('a proposed plan', () => {
  test('may leave out what the system knows or can suppose, and may span languages', async () => {
    const { end } = await propose({ summary: 'Sum every price.', modifications: [source, client, tests] })
    expect(end).toEqual({
      summary: 'Sum every price.',
      modifications: [
        { ...source, dependsOn: [], test: false },
        { ...client, test: false },
        { ...tests, test: true },
      ],
      removedTests: [],
      risks: [],
      questions: [],
      feasible: true,
    })
  })

  test('is refused without a test where one is asked for, unless it says why there can be none', async () => {
    const rules = { tests: { criteria: 2, each: false } }
    const plan = { summary: 'Sum every price.', modifications: [source] }
    expect(await propose(plan, rules)).toMatchObject({
      text: 'The plan has no test. Add one that fails on the code of today, or say in withoutTest why none can.',
      isError: true,
    })
    const { end } = await propose({ ...plan, withoutTest: 'The page is only drawn.', risks: ['Old browsers.'] }, rules)
    expect(end).toMatchObject({ risks: ['Old browsers.', 'Without a test: The page is only drawn.'] })
  })

  test('of a feature is refused while a criterion is covered by no test', async () => {
    const rules = { tests: { criteria: 3, each: true } }
    const covering = (criteria: number[]) => ({
      summary: 's',
      modifications: [source, { ...tests, dependsOn: [], criteria }],
    })
    expect((await propose(covering([1, 4]), rules)).text).toBe(
      [
        'There is no criterion 4; the contract has 3.',
        'No test covers criterion 2: name it in the criteria of one, or say in withoutTest why none can.',
        'No test covers criterion 3: name it in the criteria of one, or say in withoutTest why none can.',
      ].join('\n'),
    )
    expect((await propose(covering([1, 2, 3]), rules)).end).toMatchObject({ feasible: true })
  })

  test('that finds the issue impossible needs no test', async () => {
    const plan = { summary: 'It works.', modifications: [], feasible: false, questions: ['Which total?'] }
    expect(await propose(plan, { tests: { criteria: 1, each: true } })).toMatchObject({ end: { feasible: false } })
  })
})

async function propose(plan: object, more: Partial<PlannerRules> = {}) {
  const rules = {
    knownFiles: new Set(await folder.tree.list()),
    mayWrite: () => ({ allowed: true }) as const,
    isTest: (path: string) => path.includes('.test.'),
    ...more,
  }
  const tool = createPlannerTools(folder.tree, rules).find(({ spec }) => spec.name === 'propose_plan')
  if (tool === undefined) throw new Error('there is no propose_plan')
  return tool.run(plan)
}
