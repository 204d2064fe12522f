// Amounts are whole cents everywhere; text is only at the edges.

/** Cents from text such as `12`, `12.5`, `-0.99` or `1'200.00`. Throws a RangeError for anything else. */
export function parseMoney(text) {
  const match = /^([+-]?)(\d[\d']*)(?:\.(\d{1,2}))?$/.exec(text.trim())
  if (match === null) throw new RangeError(`not an amount: ${text}`)
  const [, sign, whole, fraction = ''] = match
  const cents = Number(whole.replaceAll('\'', '')) * 100 + Number(fraction.padEnd(2, '0'))
  return sign === '-' ? -cents : cents
}

/** Text with two decimals and groups of three digits: `1'200.00`. */
export function formatMoney(cents) {
  const whole = Math.trunc(cents / 100)
  const fraction = String(Math.abs(cents % 100)).padStart(2, '0')
  return `${groupDigits(whole)}.${fraction}`
}

/** A share of an amount in whole cents; a half cent is rounded up. `percent` may have decimals. */
export function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100)
}

/** Shares an amount out among `parts` people, in whole cents. */
export function splitMoney(cents, parts) {
  if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`cannot split among ${parts}`)
  const share = Math.floor(cents / parts)
  return Array.from({ length: parts }, () => share)
}

function groupDigits(whole) {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, '\'')
}
