import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lateness, renderStatement, selectInvoices } from '../src/statement.js'

const invoices = [
  { number: 'A-2', issued: '2024-02-10', due: '2024-03-11', total: 120000 },
  { number: 'A-1', issued: '2024-01-15', due: '2024-02-14', total: 10748 },
  { number: 'A-3', issued: '2024-03-05', due: '2024-04-04', total: 5 },
]

describe('selectInvoices', () => {
  it('sorts by date', () => {
    assert.deepEqual(selectInvoices(invoices).map(({ number }) => number), ['A-1', 'A-2', 'A-3'])
  })

  it('keeps to a period', () => {
    const found = selectInvoices(invoices, { since: '2024-02-01', until: '2024-02-29' })
    assert.deepEqual(found.map(({ number }) => number), ['A-2'])
  })

  it('takes the last day in', () => {
    const found = selectInvoices(invoices, { until: '2024-02-10' })
    assert.deepEqual(found.map(({ number }) => number), ['A-1', 'A-2'])
  })

  it('refuses a date that does not exist', () => {
    assert.throws(() => selectInvoices(invoices, { since: '2024-02-30' }), RangeError)
  })
})

describe('lateness', () => {
  it('counts days before and after', () => {
    assert.equal(lateness({ due: '2024-02-14' }, '2024-02-11'), 'due in 3 days')
    assert.equal(lateness({ due: '2024-02-14' }, '2024-02-14'), 'due today')
    assert.equal(lateness({ due: '2024-02-14' }, '2024-02-15'), '1 day late')
  })
})

describe('renderStatement', () => {
  it('aligns amounts and adds them up', () => {
    assert.equal(
      renderStatement(selectInvoices(invoices), '2024-03-01'),
      [
        'A-1  2024-01-15    107.48  16 days late',
        'A-2  2024-02-10  1\'200.00  due in 10 days',
        'A-3  2024-03-05      0.05  due in 34 days',
        'sum              1\'307.53',
        '',
      ].join('\n'),
    )
  })
})
