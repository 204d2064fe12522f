import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reproduceOnBase } from '../../src/verify/reproduce.ts'
import { type Lab, openBenched, openLab } from '../support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const mended = 'export const total = (prices) => prices.length\n'
const newTest =
  "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { total } from '../src/total.js'\ntest('counts', () => assert.equal(total([5]), 1))\n"
const idleTest = newTest.replace('assert.equal(total([5]), 1)', '{}')

test('names the tests of the changed files where the whole suite names none', async () => {
  const evidence = await reproduce('checks: { test: sh suite.sh, targetedTest: "node --test {files}" }')
  // Which of them are new cannot be told: the base names none.
  expect(evidence).toEqual({ failsWithoutChange: ['test/total.test.js > counts'], passesWithoutChange: [] })
})

test('goes by the exit codes of the command that runs the changed tests where nothing names tests', async () => {
  const targeted = 'checks: { test: sh suite.sh, targetedTest: "sh some.sh {files}" }'
  expect(await reproduce(targeted)).toEqual({
    failsWithoutChange: [],
    passesWithoutChange: [],
    exitCodes: [{ line: 'sh some.sh test/total.test.js', without: 1, with: 0, shows: true }],
  })
  expect(await reproduce(targeted, { test: idleTest })).toMatchObject({
    exitCodes: [{ without: 0, with: 0, shows: false }],
  })
})

test('is silent where nothing but tests changed', async () => {
  expect(await reproduce('checks: { test: node --test }', { source: undefined, test: idleTest })).toBeUndefined()
})

async function reproduce(policy: string, files: { source?: string | undefined; test?: string } = {}) {
  const { source, test: text } = { source: mended, test: newTest, ...files }
  const { bench } = await openBenched(lab, {
    policy,
    files: { 'suite.sh': 'node --test\n', 'some.sh': 'node "$@"\n' },
  })
  await using _ = bench
  const { workspace } = bench
  if (source !== undefined) await writeFile(join(workspace.tree, 'src/total.js'), source)
  await writeFile(join(workspace.tree, 'test/total.test.js'), text)
  const treeSha = await workspace.checkpoint()
  const after = await bench.runChecks(bench, bench.snapshot.checks, 'after')
  expect(after[0]).toMatchObject({ exitCode: 0 })
  return await reproduceOnBase({ bench, place: bench, treeSha, after, label: 'again' })
}
