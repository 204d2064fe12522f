// The form is written from the fields that the contract is read by: what somebody answers comes back.
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { renderIssueForm } from '../../src/render/issue-form.ts'
import { taskTypes } from '../../src/task/contract.ts'
import { formFacts, issueFormFields } from '../../src/task/issue-form.ts'
import { mentionedPaths } from '../../src/task/mentions.ts'
import { sanitise } from '../../src/task/sanitise.ts'

interface Element {
  type: string
  id?: string
  attributes: { label?: string; options?: string[]; value?: string }
  validations?: { required: boolean }
}

const form = parse(renderIssueForm('agent-eligible')) as { name: string; description: string; body: Element[] }
const questions = form.body.filter(({ type }) => type !== 'markdown')

/** As GitHub renders an issue that was opened with a form: a heading for each question, and a mark where nothing was said. */
function rendered(answers: Record<string, string>, end = '\n'): string {
  return questions
    .map(
      ({ id = '', attributes }) =>
        `### ${attributes.label}\n\n${answers[id]?.replaceAll('\n', end) ?? '_No response_'}`,
    )
    .join('\n\n')
}

describe('the issue form', () => {
  it('is one that GitHub takes', () => {
    expect(Object.keys(form).sort()).toEqual(['body', 'description', 'name'])
    const distinct = (values: unknown[]) => new Set(values).size === values.length
    expect(distinct(questions.map(({ id }) => id))).toBe(true)
    expect(distinct(questions.map(({ attributes }) => attributes.label))).toBe(true)
    for (const { type, id, attributes, validations } of questions) {
      expect(['input', 'textarea', 'dropdown']).toContain(type)
      expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(attributes.label).toMatch(/\S/)
      expect(typeof validations?.required).toBe('boolean')
      if (type === 'dropdown') expect(distinct(attributes.options ?? [])).toBe(true)
    }
  })

  it('names the label and does not put it: that is the act of a maintainer', () => {
    expect(form).not.toHaveProperty('labels')
    const [introduction] = (parse(renderIssueForm('take-this')) as typeof form).body
    expect(introduction?.attributes.value).toContain('`take-this`')
  })

  it('asks for affected files, expected behaviour and acceptance criteria', () => {
    expect(questions.map(({ attributes }) => attributes.label)).toEqual(
      expect.arrayContaining(['Affected files', 'Expected behaviour', 'Acceptance criteria']),
    )
  })

  it.each([['\n'], ['\r\n']])('is read back, answer by answer, with line ends %j', (end) => {
    const answers = Object.fromEntries(questions.map(({ id = '', attributes }) => [id, answerTo(attributes)]))
    const read = issueFormFields(sanitise(rendered(answers, end)).text)
    expect(read).toEqual(questions.map(({ id = '', attributes }) => ({ label: attributes.label, answer: answers[id] })))
  })

  it('tells the contract what it asks for, without a guess', () => {
    const facts = formFacts(
      rendered({
        kind: 'Refactoring',
        objective: 'It is `a---b`.',
        behaviour: 'It is `a-b`.',
        criteria: '- `a` is 1',
        constraints: 'No new dependency.',
        untouched: 'src/legacy/',
      }),
    )
    expect(facts).toMatchObject({
      taskType: 'refactor',
      objective: 'It is `a---b`.',
      behaviour: 'It is `a-b`.',
      acceptanceCriteria: ['`a` is 1'],
      constraints: ['No new dependency.'],
      untouched: 'src/legacy/',
    })
    for (const option of questions.find(({ id }) => id === 'kind')?.attributes.options ?? [])
      expect(taskTypes).toContain(formFacts(rendered({ kind: option })).taskType)
  })

  it('is read back without what was left open', () => {
    const facts = formFacts(rendered({ criteria: '- `a` is 1\n- [ ] `b` stays', files: 'src/a.ts\n`lib/b.py`' }))
    expect(facts.acceptanceCriteria).toEqual(['`a` is 1', '`b` stays'])
    expect(mentionedPaths(facts.places)).toEqual(['src/a.ts', 'lib/b.py'])
    expect(issueFormFields(rendered({}))).toEqual([])
  })
})

function answerTo({ label, options }: Element['attributes']): string {
  return options?.[0] ?? `What is said of ${label}:\n\n\`\`\`\n### no heading\n\`\`\``
}
