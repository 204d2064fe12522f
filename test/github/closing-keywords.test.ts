import { expect, it } from 'vitest'
import { closesIssue } from '../../src/github/closing-keywords.ts'

const issue = { owner: 'acme', repo: 'tool', number: 12 }

it.each([
  'Fixes #12',
  'closes: #12.',
  'First part.\n\nResolved acme/tool#12',
  'FIX Acme/Tool#12',
  'closes https://github.com/acme/tool/issues/12',
])('finds the issue in %j', (body) => {
  expect(closesIssue(body, issue)).toBe(true)
})

it.each([
  'See #12',
  'Fixes #123',
  'Fixes other/tool#12',
  'prefixes #12',
  'closes https://github.com/acme/other/issues/12',
  '',
])('does not find it in %j', (body) => {
  expect(closesIssue(body, issue)).toBe(false)
})
