import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { creditNote, dueDate, makeInvoice, readItems } from '../src/invoice.js'

const head = { number: 'A-1', customer: 'Meier', issued: '2024-01-15', terms: '30 days', taxPercent: 7.7 }

describe('readItems', () => {
  it('reads one item a row', () => {
    const items = readItems('item,quantity,price,note\nChair,2,49.90,"oak, oiled"\n')
    assert.deepEqual(items, [{ item: 'Chair', quantity: 2, price: 4990, note: 'oak, oiled' }])
  })

  it('names the row of a bad amount', () => {
    const text = 'item,quantity,price,note\nChair,2,49.90,\nTable,1,much,\n'
    assert.throws(() => readItems(text), { message: 'row 3: not an amount: much' })
  })

  it('names the row of a bad quantity', () => {
    const text = 'item,quantity,price,note\nChair,two,49.90,\n'
    assert.throws(() => readItems(text), { message: 'row 2: not a quantity: two' })
  })

  it('refuses a row with too few fields', () => {
    const text = 'item,quantity,price,note\nChair,2\n'
    assert.throws(() => readItems(text), { message: 'row 2: expected 4 fields, found 2' })
  })

  it('refuses another head', () => {
    assert.throws(() => readItems('name,price\n'), { message: 'row 1: expected item,quantity,price,note' })
  })
})

describe('makeInvoice', () => {
  it('adds up items and tax', () => {
    const items = [{ item: 'Chair', quantity: 2, price: 4990, note: '' }]
    const { net, tax, total, due } = makeInvoice(head, items)
    assert.deepEqual({ net, tax, total, due }, { net: 9980, tax: 768, total: 10748, due: '2024-02-14' })
  })
})

describe('creditNote', () => {
  it('turns all amounts around', () => {
    const invoice = makeInvoice(head, [{ item: 'Chair', quantity: 2, price: 4990, note: '' }])
    const note = creditNote(invoice, { number: 'A-2', issued: '2024-02-01' })
    assert.equal(note.total, -invoice.total)
    assert.equal(note.due, '2024-02-01')
  })
})

describe('dueDate', () => {
  it('knows days, months and now', () => {
    assert.equal(dueDate('2024-01-15', 'now'), '2024-01-15')
    assert.equal(dueDate('2024-01-15', '30 days'), '2024-02-14')
    assert.equal(dueDate('2024-01-15', '2 months'), '2024-03-15')
  })

  it('refuses other terms', () => {
    assert.throws(() => dueDate('2024-01-15', 'soon'), RangeError)
  })
})
