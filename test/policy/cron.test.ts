import { describe, expect, it } from 'vitest'
import { fellDue, isCron } from '../../src/policy/cron.ts'

// A Monday.
const day = (time: string) => new Date(`2026-01-05T${time}:00Z`)

describe('a cron expression', () => {
  it.each(['0 2 * * *', '*/15 0-6 1,15 jan-mar Mon-fri', '5/20 * * * 7', '59 23 31 12 0'])('takes %s', (expression) => {
    expect(isCron(expression)).toBe(true)
  })

  it.each(['', '0 2 * *', '0 2 * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8'])(
    'refuses %s',
    (expression) => expect(isCron(expression)).toBe(false),
  )

  it.each([
    '*/0 * * * *',
    '9-5 * * * *',
    '1- * * * *',
    '-1 * * * *',
    'mon * * * *',
    '1/2/3 * * * *',
    '1-2-3 * * * *',
    'x * * * *',
  ])('refuses %s', (expression) => expect(isCron(expression)).toBe(false))
})

describe('a schedule', () => {
  it.each([
    ['0 2 * * *', '01:59', '02:00', true],
    ['0 2 * * *', '02:00', '02:15', false],
    ['0 2 * * *', '01:30', '02:45', true],
    ['*/15 * * * *', '02:01', '02:14', false],
    ['*/15 * * * *', '02:01', '02:15', true],
    ['5/20 3 * * *', '03:26', '03:45', true],
    ['5/20 3 * * *', '03:46', '03:59', false],
    ['0 2 * * mon', '01:00', '03:00', true],
    ['0 2 * * sun', '01:00', '03:00', false],
    ['0 2 5 feb *', '01:00', '03:00', false],
  ])('%s between %s and %s falls due: %s', (expression, after, upTo, due) => {
    expect(fellDue(expression, day(after), day(upTo))).toBe(due)
  })

  it('takes either day where both are named, and both where one is', () => {
    const on = (date: string, expression: string) =>
      fellDue(expression, new Date(`2026-01-${date}T01:00:00Z`), new Date(`2026-01-${date}T03:00:00Z`))
    expect(['05', '13', '14'].map((date) => on(date, '0 2 13 * mon'))).toEqual([true, true, false])
    expect(['04', '05'].map((date) => on(date, '0 2 * * 7'))).toEqual([true, false])
  })

  it('makes up for no more than a day', () => {
    const monthAgo = new Date('2025-12-05T00:00:00Z')
    expect(fellDue('0 2 4 1 *', monthAgo, day('01:00'))).toBe(true)
    expect(fellDue('0 2 4 1 *', monthAgo, day('03:00'))).toBe(false)
  })
})
