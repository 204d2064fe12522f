// Dates are texts such as `2024-03-31`, always whole days, never a time zone.

const dayMs = 24 * 60 * 60 * 1000

/** The date itself when it exists. Throws a RangeError for `2024-02-30` and for anything that is no date. */
export function checkDate(text) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || toText(new Date(time)) !== text) throw new RangeError(`not a date: ${text}`)
  return text
}

export function addDays(date, days) {
  return toText(new Date(toTime(date) + days * dayMs))
}

/** The same day of a later month. */
export function addMonths(date, months) {
  const [year, month, day] = date.split('-').map(Number)
  return toText(new Date(Date.UTC(year, month - 1 + months, day)))
}

/** Whole days from one date to another; negative when `to` is earlier. */
export function daysBetween(from, to) {
  return Math.round((toTime(to) - toTime(from)) / dayMs)
}

function toTime(date) {
  return Date.parse(`${checkDate(date)}T00:00:00Z`)
}

function toText(date) {
  return date.toISOString().slice(0, 10)
}
