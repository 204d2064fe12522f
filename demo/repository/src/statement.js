// What a customer owes, as a table of text.
import { checkDate, daysBetween } from './dates.js'
import { formatMoney } from './money.js'

/** Invoices that were issued in a period, oldest first; invoices of one day by their number. */
export function selectInvoices(invoices, { since, until } = {}) {
  if (since !== undefined) checkDate(since)
  if (until !== undefined) checkDate(until)
  return invoices
    .filter(({ issued }) => since === undefined || issued > since)
    .filter(({ issued }) => until === undefined || issued <= until)
    .sort((a, b) => compareText(a.issued, b.issued) || compareText(a.number, b.number))
}

/** How late an invoice is on a day: `due today`, `due in 3 days`, `2 days late`. */
export function lateness(invoice, today) {
  const days = daysBetween(today, invoice.due)
  if (days === 0) return 'due today'
  return days > 0 ? `due in ${countDays(days)}` : `${countDays(-days)} late`
}

/** One line an invoice, then the sum. */
export function renderStatement(invoices, today) {
  const lines = invoices.map((invoice) => [
    invoice.number,
    invoice.issued,
    formatMoney(invoice.total),
    lateness(invoice, today),
  ])
  const sum = invoices.reduce((total, invoice) => total + invoice.total, 0)
  return renderTable([...lines, ['sum', '', formatMoney(sum), '']])
}

function renderTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) => row.map((cell, column) => pad(cell, widths[column], column === 2)).join('  ').trimEnd()
  return `${rows.map(line).join('\n')}\n`
}

function pad(text, width, right) {
  return right ? text.padStart(width) : text.padEnd(width)
}

function countDays(days) {
  return days === 1 ? '1 day' : `${days} days`
}

function compareText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}
