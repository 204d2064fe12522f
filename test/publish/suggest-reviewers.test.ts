import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { suggestReviewers } from '../../src/publish/suggest-reviewers.ts'
import { shop } from '../support/fixture-shop.ts'
import { type Lab, openBenched, openLab } from '../support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const mend = { 'src/total.js': shop['src/total.js']?.replace('slice(1)', 'slice(0)') ?? '' }

test('the owners of what changed come first, then who wrote the lines', async () => {
  const owners = '* @acme/everyone\nsrc/ @maya sum@example.org\n'
  expect(await suggested({ ...mend, 'test/new.test.js': 'x\n' }, owners)).toEqual([
    { login: 'acme/everyone' },
    { login: 'maya' },
    { email: 'sum@example.org' },
    { email: 'ada@example.org' },
  ])
})

test('an address that GitHub gave an account holds its login', async () => {
  const owners = '* 12345+maya@users.noreply.github.com maya@users.noreply.github.com\n'
  expect(await suggested(mend, owners)).toEqual([{ login: 'maya' }, { email: 'ada@example.org' }])
})

test('a new file alone has no lines of anybody', async () => {
  expect(await suggested({ 'src/new.js': 'x\n' })).toEqual([])
})

async function suggested(changed: Record<string, string>, owners?: string) {
  const { bench } = await openBenched(lab, { idle: true, files: owners === undefined ? {} : { CODEOWNERS: owners } })
  await using _ = bench
  for (const [path, text] of Object.entries(changed)) await writeFile(join(bench.workspace.tree, path), text)
  return await suggestReviewers(bench, await bench.workspace.checkpoint())
}
