// Exchange rates: a list of `{ from, rate }`, each valid until the next one begins. Dates are texts such as `2024-03-31`.

/** The rate that is valid on a day. */
export function rateOn(rates, day) {
  const begun = rates.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? -1 : 1))
  return begun.at(-1)?.rate
}

/** Whole cents in the other currency; half a cent is rounded up. */
export function convert(cents, rates, day) {
  return Math.round(cents * rateOn(rates, day))
}
