import { expect, test } from 'vitest'
import { describeLimits } from '../../src/plan/describe-limits.ts'
import { contractOf, policyOf } from '../policy/fixture.ts'

test('the planner is told when a person is asked, and what may not be changed', () => {
  expect(describeLimits(contractOf(), policyOf(''))).toBe(
    "A plan above 15 files and 500 added lines waits for a person's approval.",
  )
  const policy = policyOf('limits: { files: 3 }\napproval: { size: decline, paths: [src/pay/**] }')
  expect(describeLimits(contractOf({ scope: { include: ['src/**'], exclude: ['src/old/**'] } }), policy)).toBe(
    [
      'A plan above 3 files and 500 added lines is declined.',
      "One that changes any of these waits for a person's approval: src/pay/**",
      'Only these may be changed: src/**',
      'These may not be changed: src/old/**',
    ].join('\n'),
  )
})
