import { describe, expect, it } from 'vitest'
import { oversize, plannedSize } from '../../src/policy/change-size.ts'
import { planOf, policyOf } from './fixture.ts'

const policy = policyOf('limits: { files: 2, addedLines: 20 }')

describe('the size of a change', () => {
  it('stays within the limits', () => {
    expect(oversize({ files: 2, addedLines: 20 }, policy)).toEqual([])
    expect(oversize({ files: 3, addedLines: 21 }, policy)).toEqual([
      'The change touches 3 files; limits.files is 2.',
      'The change adds 21 lines; limits.addedLines is 20.',
    ])
  })

  it('may be what a person has approved, with room for an estimate', () => {
    const approved = planOf('a.ts', 'b.ts', 'c.ts')
    expect(plannedSize(approved)).toEqual({ files: 3, addedLines: 30 })
    expect(oversize({ files: 3, addedLines: 45 }, policy, approved)).toEqual([])
    expect(oversize({ files: 4, addedLines: 46 }, policy, approved)).toEqual([
      'The change touches 4 files; limits.files is 2, and the approved plan reaches to 3.',
      'The change adds 46 lines; limits.addedLines is 20, and the approved plan reaches to 45.',
    ])
  })

  it('is never held to less than the limits by a small approved plan', () => {
    expect(oversize({ files: 2, addedLines: 20 }, policy, planOf('a.ts'))).toEqual([])
  })
})
