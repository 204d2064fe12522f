import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, openBenched, openLab } from '../support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('the baseline says what the tests said before the first edit', async () => {
  const { bench, host } = await openBenched(lab, { npm: true })
  await using _ = bench
  expect(bench.baseline.checks.map(({ id, passed, tests }) => [id, passed, tests?.map(({ name }) => name)])).toEqual([
    [
      'test',
      true,
      ['test/names.test.js > joins first and last name', 'test/total.test.js > an empty list costs nothing'],
    ],
  ])
  expect(host.lastView.stages.find(({ stage }) => stage === 'prepare')).toMatchObject({
    status: 'done',
    note: '2 tests pass',
  })
})
