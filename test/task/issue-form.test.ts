import { describe, expect, it } from 'vitest'
import { formFields, kindOptions } from '../../src/task/form-fields.ts'
import { formFacts, issueFormFields } from '../../src/task/issue-form.ts'

/** As GitHub renders the answers of a form, fields without an answer included. */
function rendered(answers: Record<string, string>): string {
  return formFields.map(({ id, label }) => `### ${label}\n\n${answers[id] ?? '_No response_'}`).join('\n\n')
}

describe('a form', () => {
  const body =
    '### What happens?\n\nIt fails:\n```\n### not a heading\n```\n\n### Files\n\n_No response_\n\n### Expected result\n\n1. a\n2. b\n'

  it('is answers by heading, without what was left empty', () => {
    expect(issueFormFields(body)).toEqual([
      { label: 'What happens?', answer: 'It fails:\n```\n### not a heading\n```' },
      { label: 'Expected result', answer: '1. a\n2. b' },
    ])
    expect(issueFormFields('no form')).toEqual([])
  })

  it('of somebody else is understood by its usual labels', () => {
    expect(formFacts(body)).toEqual({
      behaviour: '1. a\n2. b',
      acceptanceCriteria: ['a', 'b'],
      constraints: [],
      places: '',
      untouched: '',
    })
    expect(formFacts('### Type\n\nbug\n\n### Out of scope\n\nno new option').constraints).toEqual(['no new option'])
    expect(formFacts('### Type\n\nbug').taskType).toBe('bug_fix')
  })
})

describe('our form', () => {
  it('is read back field by field', () => {
    const body = rendered({
      kind: 'Bug fix',
      objective: '`slugify("a - b")` returns `a---b`.',
      behaviour: 'One dash.',
      criteria: '- [ ] one\n- two\n  goes on\n  ```\n  - no item\n  ```',
      files: 'src/slug.ts',
      untouched: 'src/legacy/',
    })
    expect(formFacts(body)).toEqual({
      taskType: 'bug_fix',
      objective: '`slugify("a - b")` returns `a---b`.',
      behaviour: 'One dash.',
      acceptanceCriteria: ['one', 'two\n  goes on\n  ```\n  - no item\n  ```'],
      constraints: [],
      places: 'src/slug.ts',
      untouched: 'src/legacy/',
    })
  })

  it.each(Object.entries(kindOptions))('knows the kind %s by the words it offers', (type, words) => {
    expect(formFacts(rendered({ kind: words })).taskType).toBe(type)
  })

  it('takes lines where no list was made, and no lead of a list', () => {
    expect(formFacts(rendered({ criteria: 'one\n\ntwo' })).acceptanceCriteria).toEqual(['one', 'two'])
    expect(formFacts(rendered({ criteria: 'It must hold that:\n* one' })).acceptanceCriteria).toEqual(['one'])
  })

  it('has fields that nobody can mix up', () => {
    const labels = formFields.map(({ label }) => label.toLowerCase())
    expect(new Set(labels).size).toBe(labels.length)
    for (const { id, label } of formFields) {
      const facts = JSON.stringify(formFacts(`### ${label}\n\nBug fix`))
      expect(facts, id).toMatch(/Bug fix|bug_fix/)
    }
  })
})
