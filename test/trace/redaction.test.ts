import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact, redactData } from '../../src/trace/redaction.ts'
import { findSecrets } from '../../src/trace/secret-patterns.ts'

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
const letters = (length: number) =>
  fc.array(letter, { minLength: length, maxLength: length }).map((all) => all.join(''))
/** Put together at run time, so that no scanner takes this file for a leak. */
const token = letters(36).map((rest) => `gh${'p_'}${rest}`)
const around = fc.oneof(
  fc.string({ maxLength: 30, unit: 'grapheme' }),
  fc.constantFrom(
    'token=',
    '"',
    "'",
    ' + ',
    'https://x:',
    '@',
    '\n',
    '[redacted: x]',
    '-----BEGIN ',
    'key: |\n',
    '\\\n',
  ),
)
const surroundings = fc.array(around, { maxLength: 6 }).map((parts) => parts.join(''))
/** A letter right before or behind makes another word of it. */
const apart = (text: string) => `${text} `

describe('redaction', () => {
  it('leaves no token in a text, whatever stands around it', () => {
    fc.assert(
      fc.property(surroundings, token, surroundings, (before, secret, after) => {
        expect(redact(`${apart(before)}${secret} ${after}`)).not.toContain(secret)
      }),
    )
  })

  it('leaves no token that is encoded, whatever is encoded with it', () => {
    fc.assert(
      fc.property(
        token,
        fc.string({ maxLength: 5 }),
        fc.constantFrom('base64', 'base64url', 'hex'),
        (secret, before, how) => {
          const encoded = Buffer.from(`${before}"${secret}"`).toString(how)
          expect(redact(`data = '${encoded}'`)).not.toContain(encoded)
        },
      ),
    )
  })

  it('leaves no token that is cut into literals', () => {
    fc.assert(
      fc.property(token, fc.array(fc.integer({ min: 1, max: 39 }), { minLength: 1, maxLength: 5 }), (secret, cuts) => {
        const at = [...new Set([0, ...cuts, secret.length])].sort((a, b) => a - b)
        const parts = at.slice(1).map((end, index) => `'${secret.slice(at[index], end)}'`)
        for (const seam of [' + ', ', ', '\n  ', ' . ']) expect(findSecrets(`x = ${parts.join(seam)}`)).not.toEqual([])
      }),
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(surroundings, token, surroundings, (before, secret, after) => {
        const once = redact(`${before}${secret}${after}`)
        expect(redact(once)).toBe(once)
      }),
    )
  })

  it('tells places that are there', () => {
    fc.assert(
      fc.property(surroundings, token, surroundings, (before, secret, after) => {
        const text = `${before}${secret}${after}`
        for (const { at, end } of findSecrets(text)) {
          expect(at).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(at)
          expect(end).toBeLessThanOrEqual(text.length)
        }
      }),
    )
  })

  it('keeps data as it is but for the secrets in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), token, (value, secret) => {
        const data = { value, deep: [{ said: `it printed ${secret} and ended` }] }
        const clean = redactData(data)
        expect(JSON.stringify(clean)).not.toContain(secret)
        expect(clean.value).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
