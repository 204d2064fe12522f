import { expect, it } from 'vitest'
import { JobSlot } from '../../src/run/job-slot.ts'

it('takes no second job beside the one under way, whatever it is told meanwhile', async () => {
  const told: string[] = []
  let end = () => {}
  const slot = new JobSlot(async () => {
    told.push('takes')
    return () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      end = () => {
        told.push('ended')
        resolve()
      }
      return promise
    }
  })
  await slot.take()
  const left = slot.leave()
  const taken = [slot.take(), slot.leave(), slot.take()].at(-1)
  await Promise.resolve()
  // Wanted again before it was left: nothing has changed.
  await taken
  expect(told).toEqual(['takes'])
  await left
  void slot.leave()
  await new Promise(setImmediate)
  const again = slot.take()
  await new Promise(setImmediate)
  expect(told).toEqual(['takes'])
  end()
  await again
  expect(told).toEqual(['takes', 'ended', 'takes'])
})

it('takes again after a start that failed', async () => {
  let starts = 0
  const slot = new JobSlot(async () => {
    starts += 1
    if (starts === 1) throw new Error('no database')
    return async () => {}
  })
  await expect(slot.take()).rejects.toThrow('no database')
  await slot.take()
  expect(starts).toBe(2)
})
