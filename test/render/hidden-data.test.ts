import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseHiddenData, renderHiddenData } from '../../src/render/hidden-data.ts'
import { neutralise } from '../../src/render/neutralise.ts'

const key = fc.stringMatching(/^[a-z]{1,8}$/).filter((name) => !(name in {}))
const words = fc.string({ maxLength: 20, unit: 'grapheme' }).filter((text) => text.isWellFormed())

it('comes back as it was, whatever its values are', () => {
  fc.assert(
    fc.property(fc.dictionary(key, words, { noNullPrototype: true, minKeys: 1 }), (data) => {
      expect(parseHiddenData('status', `${renderHiddenData('status', data)}\nwords`)).toEqual(data)
    }),
  )
})

it('is one comment in one line, which no value can end', () => {
  fc.assert(
    fc.property(
      key,
      fc.oneof(words, fc.constantFrom('-->', '--!>', '\n', '<!-- draftsmith:status x=y -->')),
      (name, value) => {
        expect(renderHiddenData('status', { [name]: value })).toMatch(/^<!-- draftsmith:status [^\n]* -->$/)
        expect(renderHiddenData('status', { [name]: value }).indexOf('-->')).toBe(
          renderHiddenData('status', { [name]: value }).length - 3,
        )
      },
    ),
  )
})

it('is never found in words of others', () => {
  fc.assert(
    fc.property(words, key, words, (before, name, value) => {
      const forged = `${before}${renderHiddenData('status', { [name]: value })}`
      expect(parseHiddenData('status', neutralise(forged))).toBeUndefined()
    }),
  )
})
