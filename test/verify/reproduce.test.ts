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

test('says nothing where the whole suite names no tests, though some files alone would', async () => {
  const { bench } = await openBenched(lab, {
    policy: 'checks: { test: sh suite.sh, targetedTest: "node --test {files}" }',
    files: { 'suite.sh': 'node --test\n' },
  })
  await using _ = bench
  const { workspace } = bench
  await writeFile(join(workspace.tree, 'src/total.js'), 'export const total = (prices) => prices.length\n')
  await writeFile(
    join(workspace.tree, 'test/total.test.js'),
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { total } from '../src/total.js'\ntest('counts', () => assert.equal(total([5]), 1))\n",
  )
  const treeSha = await workspace.checkpoint()
  const after = await bench.runChecks(bench, bench.snapshot.checks, 'after')
  expect(after[0]).toMatchObject({ passed: true })
  expect(after[0]?.tests).toBeUndefined()
  expect(await reproduceOnBase({ bench, treeSha, after, label: 'without' })).toBeUndefined()
})
