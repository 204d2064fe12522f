// What is drawn from the seed, and what counts as paid twice.
import { describe, expect, it } from 'vitest'
import { chooseMoments } from '../../tools/chaos/moments.ts'
import { paidAgain } from '../../tools/chaos/paid-calls.ts'
import { createRandom, perOccasion } from '../../tools/chaos/random.ts'

describe('a seed', () => {
  const options = { moments: 200, writesBetween: 20, freezesMs: [500, 45_000] }

  it('gives the same moments again, and another one others', () => {
    const moments = chooseMoments(createRandom(7), options)
    expect(chooseMoments(createRandom(7), options)).toEqual(moments)
    expect(chooseMoments(createRandom(8), options)).not.toEqual(moments)
    expect(chooseMoments(createRandom(7), { ...options, moments: 20 })).toEqual(moments.slice(0, 20))
  })

  it('kills three of four, and breaks network and database now and then', () => {
    const moments = chooseMoments(createRandom(7), options)
    const crashes = moments.filter(({ strike }) => strike === 'crash')
    expect(crashes.length).toBeGreaterThan(130)
    expect(crashes.length).toBeLessThan(170)
    expect(moments.filter(({ cutMs }) => cutMs !== undefined)).toHaveLength(10)
    for (const deed of ['crash', 'cut', 'restart'])
      expect(moments.filter(({ database }) => database === deed)).toHaveLength(10)
  })

  it('draws the same for the n-th call, whatever else was drawn meanwhile', () => {
    const draws = (others: number) => {
      const occasion = perOccasion(createRandom(3))
      for (let other = 0; other < others; other += 1) occasion('another').next()
      return [occasion('this').next(), occasion('this').next()]
    }
    expect(draws(5)).toEqual(draws(0))
    expect(draws(0)[0]).not.toBe(draws(0)[1])
  })
})

describe('a call of the model is paid twice', () => {
  const stored = [
    { title: 'A', role: 'coder', at: 1_000 },
    { title: 'A', role: 'coder', at: 2_000 },
  ]

  it('when it is answered again after its reply was stored', () => {
    const call = { title: 'A', role: 'coder', turn: 1 }
    const before = { ...call, at: 1_500 }
    expect(paidAgain(stored, [before])).toEqual([])
    expect(paidAgain(stored, [before, { ...call, at: 2_500 }])).toEqual([
      'coder 1 of "A" was paid again after its reply was stored.',
    ])
  })

  it('and not when another one is answered', () => {
    expect(paidAgain(stored, [{ title: 'A', role: 'coder', turn: 2, at: 2_500 }])).toEqual([])
    expect(paidAgain(stored, [{ title: 'B', role: 'coder', turn: 1, at: 2_500 }])).toEqual([])
  })
})
