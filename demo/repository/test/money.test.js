import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatMoney, parseMoney, percentOf, splitMoney } from '../src/money.js'

describe('parseMoney', () => {
  it('reads whole amounts and cents', () => {
    assert.equal(parseMoney('12'), 1200)
    assert.equal(parseMoney('12.5'), 1250)
    assert.equal(parseMoney(' 0.07 '), 7)
  })

  it('reads groups of digits and signs', () => {
    assert.equal(parseMoney('1\'200.00'), 120000)
    assert.equal(parseMoney('-0.99'), -99)
  })

  it('refuses what is not an amount', () => {
    for (const text of ['', 'twelve', '1.234', '1,50']) assert.throws(() => parseMoney(text), RangeError)
  })
})

describe('formatMoney', () => {
  it('writes two decimals', () => {
    assert.equal(formatMoney(5), '0.05')
    assert.equal(formatMoney(1250), '12.50')
  })

  it('groups digits by three', () => {
    assert.equal(formatMoney(120000), '1\'200.00')
    assert.equal(formatMoney(123456789), '1\'234\'567.89')
  })

  it('writes negative amounts with their sign', () => {
    assert.equal(formatMoney(-1250), '-12.50')
    assert.equal(formatMoney(-120000), '-1\'200.00')
  })
})

describe('percentOf', () => {
  it('rounds to whole cents', () => {
    assert.equal(percentOf(1000, 7.7), 77)
    assert.equal(percentOf(1999, 10), 200)
  })
})

describe('splitMoney', () => {
  it('shares an amount out evenly', () => {
    assert.deepEqual(splitMoney(900, 3), [300, 300, 300])
  })

  it('refuses to split among nobody', () => {
    assert.throws(() => splitMoney(100, 0), RangeError)
  })
})
