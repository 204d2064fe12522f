import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addDays, addMonths, checkDate, daysBetween } from '../src/dates.js'

describe('checkDate', () => {
  it('takes days that exist', () => {
    assert.equal(checkDate('2024-02-29'), '2024-02-29')
  })

  it('refuses days that do not', () => {
    for (const text of ['2023-02-29', '2024-13-01', '24-01-01', 'today']) {
      assert.throws(() => checkDate(text), RangeError)
    }
  })
})

describe('addDays', () => {
  it('goes over the end of a month and of a year', () => {
    assert.equal(addDays('2024-02-28', 2), '2024-03-01')
    assert.equal(addDays('2023-12-31', 1), '2024-01-01')
  })
})

describe('addMonths', () => {
  it('keeps the day', () => {
    assert.equal(addMonths('2024-01-15', 1), '2024-02-15')
  })

  it('goes over the end of a year', () => {
    assert.equal(addMonths('2023-11-05', 3), '2024-02-05')
  })
})

describe('daysBetween', () => {
  it('counts whole days in both directions', () => {
    assert.equal(daysBetween('2024-01-01', '2024-03-01'), 60)
    assert.equal(daysBetween('2024-03-01', '2024-01-01'), -60)
  })
})
