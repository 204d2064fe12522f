import { expect, test } from 'vitest'
import { Remembered } from '../../src/run/remembered.ts'

test('is read once, and knows what was written since', async () => {
  let reads = 0
  const names = new Remembered(async () => {
    reads += 1
    return new Set(['a'])
  })
  expect(await Promise.all([names.read(), names.read()])).toEqual([new Set(['a']), new Set(['a'])])
  await names.write(
    async () => 'b',
    (known, name) => known.add(name),
  )
  expect(await names.read()).toEqual(new Set(['a', 'b']))
  expect(reads).toBe(1)
})

test('is read anew after a write that failed: it may have been made all the same', async () => {
  const stored = ['a']
  const names = new Remembered(async () => new Set(stored))
  await names.read()
  const written = names.write(
    async () => {
      stored.push('b')
      throw new Error('the connection is gone')
    },
    () => {},
  )
  await expect(written).rejects.toThrow('the connection is gone')
  expect(await names.read()).toEqual(new Set(['a', 'b']))
})

test('a reading that failed is not remembered', async () => {
  let fails = true
  const names = new Remembered(async () => {
    if (fails) throw new Error('no answer')
    return 'here'
  })
  await expect(names.read()).rejects.toThrow('no answer')
  fails = false
  expect(await names.read()).toBe('here')
})
