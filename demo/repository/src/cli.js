import { parseArgs } from 'node:util'
import { creditNote, makeInvoice, readItems } from './invoice.js'
import { formatMoney } from './money.js'
import { renderStatement, selectInvoices } from './statement.js'

export const usage = `tally: small invoices from plain text files

  tally total ITEMS.csv [--tax PERCENT]
  tally statement INVOICES.json --today DATE [--since DATE] [--until DATE]
  tally credit INVOICE.json --number NUMBER --today DATE
`

/**
 * Runs one command. Reading files is the caller's: `read` takes a path and gives its text.
 * @returns {{ code: number, output: string }}
 */
export function run(args, read) {
  const [name, ...rest] = args
  const command = commands[name]
  if (command === undefined) return { code: name === undefined || name === '--help' ? 0 : 2, output: usage }
  try {
    return { code: 0, output: command(rest, read) }
  } catch (error) {
    return { code: 1, output: `tally: ${error.message}\n` }
  }
}

const commands = {
  total(args, read) {
    const { values, file } = parse(args, { tax: { type: 'string', default: '0' } })
    const head = { number: '', customer: '', issued: '2000-01-01', terms: 'now', taxPercent: Number(values.tax) }
    const { net, tax, total } = makeInvoice(head, readItems(read(file)))
    return `net ${formatMoney(net)}\ntax ${formatMoney(tax)}\ntotal ${formatMoney(total)}\n`
  },

  statement(args, read) {
    const { values, file } = parse(args, {
      today: { type: 'string' },
      since: { type: 'string' },
      until: { type: 'string' },
    })
    if (values.today === undefined) throw new Error('--today is missing')
    return renderStatement(selectInvoices(JSON.parse(read(file)), values), values.today)
  },

  credit(args, read) {
    const { values, file } = parse(args, { number: { type: 'string' }, today: { type: 'string' } })
    if (values.number === undefined) throw new Error('--number is missing')
    if (values.today === undefined) throw new Error('--today is missing')
    const note = creditNote(JSON.parse(read(file)), { number: values.number, issued: values.today })
    return `${JSON.stringify(note, null, 2)}\n`
  },
}

function parse(args, options) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (positionals.length !== 1) throw new Error('expected one file')
  return { values, file: positionals[0] }
}
