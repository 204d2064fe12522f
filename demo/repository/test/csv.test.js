import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCsv, parseCsv } from '../src/csv.js'

describe('parseCsv', () => {
  it('reads rows of fields', () => {
    assert.deepEqual(parseCsv('a,b\n1,2\n'), [['a', 'b'], ['1', '2']])
  })

  it('needs no line break at the end', () => {
    assert.deepEqual(parseCsv('a,b'), [['a', 'b']])
  })

  it('keeps empty fields', () => {
    assert.deepEqual(parseCsv('a,,c\n,,\n'), [['a', '', 'c'], ['', '', '']])
  })

  it('reads quoted fields with commas and quotes', () => {
    assert.deepEqual(parseCsv('"a, b","say ""hi"""\n'), [['a, b', 'say "hi"']])
  })

  it('keeps an empty line inside of a quoted field', () => {
    const [[note]] = parseCsv('"first paragraph\n\nsecond paragraph"\n')
    assert.equal(note.length, 'first paragraph--second paragraph'.length)
  })

  it('reads line breaks of Windows', () => {
    assert.deepEqual(parseCsv('a,b\r\n1,2\r\n'), [['a', 'b'], ['1', '2']])
  })

  it('refuses a quoted field without an end', () => {
    assert.throws(() => parseCsv('"a,b\n'), SyntaxError)
  })
})

describe('formatCsv', () => {
  it('quotes only where it must', () => {
    assert.equal(formatCsv([['a', 'b, c', 'd "e"']]), 'a,"b, c","d ""e"""\n')
  })

  it('is read back as it was', () => {
    const rows = [['item', 'two\nlines'], ['', '"']]
    assert.deepEqual(parseCsv(formatCsv(rows)), rows)
  })
})
