import assert from 'node:assert/strict'
import { it } from 'node:test'
import { daysBetween } from '../src/dates.js'

// Red since the calendar reform was asked for: tally counts by the Gregorian calendar only.
it('counts days across the calendar reform of 1582', () => {
  assert.equal(daysBetween('1582-10-04', '1582-10-15'), 1)
})
