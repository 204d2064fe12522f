// An invoice is read from a CSV file: a head of names, then one line an item.
import { parseCsv } from './csv.js'
import { addDays, addMonths, checkDate } from './dates.js'
import { parseMoney, percentOf } from './money.js'

const columns = ['item', 'quantity', 'price', 'note']

/** Items of an invoice. Errors name the row, counting the head as row 1. */
export function readItems(text) {
  const [head = [], ...rows] = parseCsv(text)
  if (head.join(',') !== columns.join(',')) throw new Error(`row 1: expected ${columns.join(',')}`)
  return rows.map((row, index) => readItem(row, index + 2))
}

/**
 * @param {{ number: string, customer: string, issued: string, terms: string, taxPercent: number }} head
 * @param {{ item: string, quantity: number, price: number, note: string }[]} items
 */
export function makeInvoice(head, items) {
  const net = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  const tax = percentOf(net, head.taxPercent)
  return { ...head, items, net, tax, total: net + tax, due: dueDate(head.issued, head.terms) }
}

/** The invoice with all amounts turned around: together with the first one it comes to nothing. */
export function creditNote(invoice, { number, issued }) {
  const items = invoice.items.map((item) => ({ ...item, quantity: -item.quantity }))
  return makeInvoice({ ...invoice, number, issued, terms: 'now' }, items)
}

/** Terms are `now`, `30 days`, `1 month` or `2 months`. */
export function dueDate(issued, terms) {
  checkDate(issued)
  if (terms === 'now') return issued
  const match = /^(\d+) (day|month)s?$/.exec(terms)
  if (match === null) throw new RangeError(`unknown terms: ${terms}`)
  const count = Number(match[1])
  return match[2] === 'day' ? addDays(issued, count) : addMonths(issued, count)
}

function readItem(row, number) {
  if (row.length !== columns.length) {
    throw new Error(`row ${number}: expected ${columns.length} fields, found ${row.length}`)
  }
  const [item, quantity, price, note] = row
  if (!/^\d+$/.test(quantity)) throw new Error(`row ${number}: not a quantity: ${quantity}`)
  try {
    return { item, quantity: Number(quantity), price: parseMoney(price), note }
  } catch (error) {
    throw new Error(`row ${number}: ${error.message}`, { cause: error })
  }
}
