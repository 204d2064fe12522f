import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgerJournal } from '../../src/trace/ledger-journal.ts'
import { type Lab, openLab } from '../support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('what a tool answered on one base answers nothing on another', async () => {
  const { claimed } = (await lab.open()).run
  const [first, second] = ['a'.repeat(40), 'b'.repeat(40)].map((base) => ledgerJournal(claimed, base))
  first?.record('key', 'as it was')
  await first?.written()
  expect(await first?.recorded('key')).toBe('as it was')
  expect(await second?.recorded('key')).toBeUndefined()
})
