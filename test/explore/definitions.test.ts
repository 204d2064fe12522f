import { describe, expect, test } from 'vitest'
import { defines, definesWith } from '../../src/explore/definitions.ts'

describe('a line defines', () => {
  test.each([
    ['export async function total(prices) {', 'total'],
    ['export const total = (prices) => 0', 'total'],
    ['  async total(prices: number[]): Promise<number> {', 'total'],
    ['def total(prices):', 'total'],
    ['    def total(self):', 'total'],
    ['DEFAULT_LIMIT: int = 10', 'DEFAULT_LIMIT'],
    ['func (c *Cart) Total(prices []int) int {', 'Total'],
    ['type Cart struct {', 'Cart'],
    ['pub(crate) fn total<T>(prices: &[T]) -> T {', 'total'],
    ['pub struct Cart {', 'Cart'],
    ['    public static <T> List<T> total(List<T> prices) {', 'total'],
    ['  private readonly Cart total(int price)', 'total'],
    ['fun String.total(): Int = 0', 'total'],
    ['  def self.total(prices)', 'total'],
    ['  def empty?', 'empty?'],
    ['    public function total(array $prices): int', 'total'],
  ])('%s', (line, name) => {
    expect(defines(name, line, false)).toBe(true)
  })
})

describe('a line does not define', () => {
  test.each([
    ['  return total(prices)', 'total'],
    ['    const total = 0', 'total'],
    ['  if (total(prices)) {', 'total'],
    ['total(prices)', 'total'],
    ['if total == 0:', 'total'],
    ['function totals() {', 'total'],
    ['    return new Cart(total(prices));', 'total'],
    ['  await total(prices)', 'total'],
  ])('%s', (line, name) => {
    expect(defines(name, line, false)).toBe(false)
  })
})

test('a name that holds the term is told apart from the term itself', () => {
  expect(definesWith('quarter', 'def quarter_of(date):')).toBe(true)
  expect(definesWith('quarter', 'export function totalsByQuarter(rows) {')).toBe(true)
  expect(defines('quarter', 'def quarter_of(date):', false)).toBe(false)
  expect(definesWith('quarter', '  return quarter_of(date)')).toBe(false)
})
