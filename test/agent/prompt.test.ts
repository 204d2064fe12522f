import { expect, test } from 'vitest'
import { fill } from '../../src/agent/prompt.ts'

test('values are put in, each wherever its name stands, and never searched for names', () => {
  expect(fill('{{a}} and {{b}} and {{a}}', { a: '{{b}} $&', b: '2' })).toBe('{{b}} $& and 2 and {{b}} $&')
})

test('a missing and an unused value are defects', () => {
  expect(() => fill('{{title}}', {})).toThrowError('The prompt asks for {{title}}, which nobody gives.')
  expect(() => fill('x', { title: '', body: '' })).toThrowError('The prompt has no place for title, body.')
  expect(() => fill('{{constructor}}', {})).toThrowError('constructor')
})
