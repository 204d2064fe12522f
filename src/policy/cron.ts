// When a schedule falls due: cron expressions of five fields, in UTC, as crontab(5) of Linux has them.

interface Field {
  from: number
  to: number
  /** Each stands for its place, counted from `from`. */
  names?: string[]
}

const fields: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  // Sunday is 0 and 7.
  { from: 0, to: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

/** Minute, hour, day of the month, month, day of the week. A set that is undefined takes every value. */
type Cron = (Set<number> | undefined)[]

const minuteMs = 60_000
/** What was missed for longer is not made up for: the next time comes. */
const longestLookBack = 24 * 60

export function isCron(expression: string): boolean {
  return parseCron(expression) !== undefined
}

/** Whether a time of the schedule lies after the one moment, and not after the other; at most a day is looked back. False for what is no expression. */
export function fellDue(expression: string, after: Date, upTo: Date): boolean {
  const cron = parseCron(expression)
  if (cron === undefined) return false
  const last = Math.floor(upTo.getTime() / minuteMs)
  const first = Math.max(Math.floor(after.getTime() / minuteMs) + 1, last - longestLookBack + 1)
  for (let minute = first; minute <= last; minute += 1) if (fits(cron, new Date(minute * minuteMs))) return true
  return false
}

function parseCron(expression: string): Cron | undefined {
  const parts = expression.trim().split(/\s+/)
  if (parts.length !== fields.length) return undefined
  const sets = fields.map((field, at) => parseField(parts[at] ?? '', field))
  return sets.some((set) => set === 'invalid') ? undefined : sets.map((set) => (set instanceof Set ? set : undefined))
}

function parseField(text: string, field: Field): Set<number> | 'any' | 'invalid' {
  if (text === '*') return 'any'
  const values = text.split(',').map((range) => valuesOf(range, field))
  return values.every((list) => list !== undefined) ? new Set(values.flat()) : 'invalid'
}

/** `5`, `5-9`, `*`, each also with `/step`. */
function valuesOf(text: string, field: Field): number[] | undefined {
  const [range = '', step = '1', ...more] = text.split('/')
  const every = /^\d+$/.test(step) ? Number(step) : 0
  const [low, high, ...others] =
    range === '*' ? [field.from, field.to] : range.split('-').map((end) => placeOf(end, field))
  if (more.length > 0 || others.length > 0 || every === 0 || low === undefined) return undefined
  const end = range.includes('-') || range === '*' ? high : text.includes('/') ? field.to : low
  if (end === undefined || end < low) return undefined
  return Array.from({ length: Math.floor((end - low) / every) + 1 }, (_, nth) => low + nth * every)
}

function placeOf(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase())
  if (named !== -1) return from + named
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return value >= from && value <= to ? value : undefined
}

/** Where both days are named, either of them will do (crontab(5)). */
function fits([minutes, hours, days, months, weekdays]: Cron, at: Date): boolean {
  const has = (set: Set<number> | undefined, value: number) => set === undefined || set.has(value)
  const day = at.getUTCDay()
  const isWeekday = has(weekdays, day) || (day === 0 && has(weekdays, 7))
  const isDay = has(days, at.getUTCDate())
  const onDay = days !== undefined && weekdays !== undefined ? isDay || isWeekday : isDay && isWeekday
  return onDay && has(minutes, at.getUTCMinutes()) && has(hours, at.getUTCHours()) && has(months, at.getUTCMonth() + 1)
}
