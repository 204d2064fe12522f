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

test('names the tests of a package whose suite names none, beside a suite that does', async () => {
  const folder = 'packages/rates'
  const evidence = await reproduce('checks: {}', {
    source: undefined,
    test: undefined,
    base: {
      'package.json': manifest({
        workspaces: ['packages/*'],
        test: 'node --test test/*.test.js && npm test --workspaces',
      }),
      [`${folder}/package.json`]: manifest({ test: 'node --test' }),
      [`${folder}/src/total.js`]: 'export const total = () => 0\n',
      [`${folder}/test/total.test.js`]: idleTest,
    },
    change: {
      [`${folder}/src/total.js`]: mended,
      [`${folder}/test/total.test.js`]: `${idleTest}${newTest.slice(newTest.indexOf('test(')).replace('counts', 'counts one')}`,
    },
  })
  // The test that was there before is not held against the change, though the base does not name it either.
  expect(evidence).toEqual({
    failsWithoutChange: [`${folder}/test/total.test.js > counts one`],
    passesWithoutChange: [],
  })
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

/** The registry is away while the changed tests stand on the base's sources, and at no other time. */
const install =
  'if grep -q total test/total.test.js && ! grep -q length src/total.js; then echo no route to host; exit 1; fi\n'

test('takes what cannot be installed without the change for no word on the change', async () => {
  const policy = 'checks: { install: sh install.sh, test: node --test }'
  await expect(reproduce(policy, { base: { 'install.sh': install } })).rejects.toMatchObject({
    ...{ class: 'infrastructure', code: 'install_failed', message: expect.stringContaining('no route to host') },
  })
})

interface Change {
  source?: string | undefined
  test?: string | undefined
  /** Path → content. */
  base?: Record<string, string>
  change?: Record<string, string>
}

async function reproduce(policy: string, files: Change = {}) {
  const { source, test: text, base, change } = { source: mended, test: newTest, ...files }
  const { bench } = await openBenched(lab, {
    policy,
    files: { 'suite.sh': 'node --test\n', 'some.sh': 'node "$@"\n', ...base },
  })
  await using _ = bench
  const { workspace } = bench
  const written = { 'src/total.js': source, 'test/total.test.js': text, ...change }
  for (const [path, content] of Object.entries(written))
    if (content !== undefined) await writeFile(join(workspace.tree, path), content)
  const treeSha = await workspace.checkpoint()
  const after = await bench.runChecks(bench, bench.snapshot.checks, 'after')
  expect(after[0]).toMatchObject({ exitCode: 0 })
  return await reproduceOnBase({ bench, place: bench, treeSha, after, label: 'again' })
}

function manifest({ test: script, workspaces }: { test: string; workspaces?: string[] }): string {
  return JSON.stringify({ name: 'tally', version: '1.0.0', type: 'module', scripts: { test: script }, workspaces })
}
