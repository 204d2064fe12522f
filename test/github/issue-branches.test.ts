import { expect, it } from 'vitest'
import { namesIssue } from '../../src/github/issue-branches.ts'

it.each([
  '12-double-dashes',
  'fix/12',
  'fix-12-dashes',
  'copilot/fix-12',
  'claude/issue-12-20260101',
  'openhands-fix-issue-12',
  'mia/gh-12',
  'feature/12-csv',
])('%s is for issue 12', (branch) => {
  expect(namesIssue(branch, 12)).toBe(true)
})

it.each([
  'release/12',
  'v12',
  '12',
  '12.x',
  '12-2',
  'fix-120',
  'fix-1',
  'node-12-support',
  'prefix-12',
  'update-to-12',
])('%s is not', (branch) => {
  expect(namesIssue(branch, 12)).toBe(false)
})
