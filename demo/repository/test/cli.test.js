import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run, usage } from '../src/cli.js'

const files = {
  'items.csv': 'item,quantity,price,note\nChair,2,49.90,\nTable,1,300,\n',
  'invoices.json': JSON.stringify([
    { number: 'A-1', issued: '2024-01-15', due: '2024-02-14', total: 10748 },
    { number: 'A-2', issued: '2024-02-10', due: '2024-03-11', total: 120000 },
  ]),
}
const read = (path) => files[path]

describe('tally', () => {
  it('adds up a file', () => {
    const { code, output } = run(['total', 'items.csv', '--tax', '7.7'], read)
    assert.equal(output, 'net 399.80\ntax 30.78\ntotal 430.58\n')
    assert.equal(code, 0)
  })

  it('prints a statement of a period', () => {
    const args = ['statement', 'invoices.json', '--today', '2024-03-01', '--since', '2024-02-01']
    assert.match(run(args, read).output, /^A-2 .*\nsum .*\n$/)
  })

  it('says what is wrong', () => {
    const { code, output } = run(['statement', 'invoices.json'], read)
    assert.equal(output, 'tally: --today is missing\n')
    assert.equal(code, 1)
  })

  it('shows its usage', () => {
    assert.deepEqual(run([], read), { code: 0, output: usage })
    assert.equal(run(['unknown'], read).code, 2)
  })
})
