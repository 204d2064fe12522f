import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { convert, rateOn } from '../src/index.js'

const rates = [
  { from: '2024-02-01', rate: 0.95 },
  { from: '2024-01-01', rate: 0.93 },
]

describe('rateOn', () => {
  it('is the last one that has begun', () => {
    assert.equal(rateOn(rates, '2024-01-31'), 0.93)
    assert.equal(rateOn(rates, '2024-02-01'), 0.95)
  })
})

describe('convert', () => {
  it('gives whole cents', () => {
    assert.equal(convert(1010, rates, '2024-01-15'), 939)
  })
})
