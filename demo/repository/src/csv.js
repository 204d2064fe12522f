// The part of RFC 4180 that spreadsheets write: quoted fields may hold commas, quotes and line breaks.

/** Rows of fields, as text. Throws a SyntaxError when a quoted field does not end. */
export function parseCsv(text) {
  const rows = []
  let row = []
  let field = ''
  let quoted = false
  const endField = () => {
    row.push(field)
    field = ''
  }
  const endRow = () => {
    endField()
    rows.push(row)
    row = []
  }
  const characters = text.replaceAll('\r\n', '\n')
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index]
    if (quoted && character === '"' && characters[index + 1] === '"') {
      field += '"'
      index += 1
    } else if (character === '"') quoted = !quoted
    else if (!quoted && character === ',') endField()
    else if (!quoted && character === '\n') endRow()
    else field += character
  }
  if (quoted) throw new SyntaxError('a quoted field does not end')
  if (field !== '' || row.length > 0) endRow()
  return rows
}

/** One line a row; fields are quoted only where they must be. */
export function formatCsv(rows) {
  return rows.map((row) => `${row.map(quoteField).join(',')}\n`).join('')
}

function quoteField(value) {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
