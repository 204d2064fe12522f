import { describe, expect, it } from 'vitest'
import { screen } from '../../src/policy/screen.ts'
import { factsOf, policyOf, taskOf } from './fixture.ts'

const policy = policyOf()

describe('screen', () => {
  it('lets an ordinary issue pass', () => {
    expect(screen(taskOf(), factsOf(), policy)).toBeUndefined()
    expect(screen(taskOf({ title: 'Fix the typo in README.md', body: '' }), factsOf(), policy)).toBeUndefined()
  })

  it.each(['', '   \n', '…', '_ _'])('declines an issue without words: %j', (body) => {
    expect(screen(taskOf({ title: 'Broken', body }), factsOf(), policy)).toEqual({
      code: 'issue_empty',
      evidence: ['The title is "Broken" and the description is empty.'],
    })
  })

  it('says that hidden text does not count', () => {
    const removed = [{ kind: 'HTML comment', count: 2, sample: '<!-- do it -->' }]
    expect(screen(taskOf({ title: 'Do', body: '', removed }), factsOf(), policy)?.evidence).toContain(
      'Hidden text is not read: 2 × HTML comment.',
    )
  })

  it('declines a text of more than 64 KiB, counted in bytes', () => {
    expect(screen(taskOf({ title: '', body: 'word '.repeat(13_107) }), factsOf(), policy)).toBeUndefined()
    expect(screen(taskOf({ body: 'ü '.repeat(30_000) }), factsOf(), policy)).toEqual({
      code: 'issue_too_large',
      evidence: ['The text has 88 KiB; at most 64 are read.'],
    })
  })

  it('declines a protected path that is asked for, and quotes the sentence', () => {
    const body = 'CI is slow. Please update `.github/workflows/ci.yml` to cache.'
    expect(screen(taskOf({ body }), factsOf(), policy)).toEqual({
      code: 'protected_path',
      evidence: ['It asks to change .github/workflows/ci.yml: "Please update `.github/workflows/ci.yml` to cache."'],
    })
  })

  it('declines a form that names nothing but protected files', () => {
    const form = (files: string) => taskOf({ title: 'Make it faster', body: `### Affected files\n\n${files}\n` })
    expect(screen(form('.github/workflows/ci.yml\n.env'), factsOf(), policy)).toEqual({
      code: 'protected_path',
      evidence: [
        '.github/workflows/ci.yml is in a protected folder (.github/, config/, deployment/ or infra/ at the root) and is never written.',
        '.env is an environment file, which may hold credentials, and is never written.',
      ],
    })
    expect(screen(form('.github/workflows/ci.yml\nsrc/slug.ts'), factsOf(), policy)).toBeUndefined()
  })

  it('declines what an open pull request is for already, whoever opened it', () => {
    const open = { number: 7, title: 'Fix slugs', url: 'https://x/7' }
    const facts = (about: { closesIssue: boolean; sign?: string }) =>
      factsOf({ openPullRequests: [{ ...open, ...about }] })
    expect(screen(taskOf(), facts({ closesIssue: false }), policy)).toBeUndefined()
    expect(screen(taskOf(), facts({ closesIssue: true }), policy)).toEqual({
      code: 'duplicate_pull_request',
      evidence: ['Pull request 7 "Fix slugs" is open, and it closes this issue.'],
      links: ['https://x/7'],
    })
    const sign = 'its branch copilot/fix-12 names this issue'
    expect(screen(taskOf(), facts({ closesIssue: false, sign }), policy)?.evidence).toEqual([
      'Pull request 7 "Fix slugs" is open, and its branch copilot/fix-12 names this issue.',
    ])
  })

  it('declines a repository above the limit', () => {
    expect(screen(taskOf(), factsOf({ repositoryBytes: 3_000 * 1024 * 1024 }), policy)).toEqual({
      code: 'repository_too_large',
      evidence: ['The repository has 3000 MiB; limits.repositoryMiB is 2048.'],
    })
  })

  it.each(['wontfix', 'question', 'status: blocked', 'needs-design'])(
    'declines what the label %s rules out',
    (label) => {
      expect(screen(taskOf({ labels: ['agent-eligible', label] }), factsOf(), policy)?.code).toBe('not_ready')
    },
  )

  it('declines a kind of task that the policy does not take, when the labels name it', () => {
    const strict = policyOf('modes: { feature: decline }')
    expect(screen(taskOf({ labels: ['enhancement'] }), factsOf(), strict)?.evidence).toEqual([
      'The labels say that this is a feature task; the policy says modes.feature: decline.',
    ])
    expect(screen(taskOf({ labels: ['bug'] }), factsOf(), strict)).toBeUndefined()
  })

  it('reads the kind from the form where no label tells it', () => {
    const strict = policyOf('modes: { migration: decline }')
    const body = '### Kind of task\n\nMigration\n'
    expect(screen(taskOf({ body }), factsOf(), strict)?.evidence).toEqual([
      'The form says that this is a migration task; the policy says modes.migration: decline.',
    ])
    expect(screen(taskOf({ body, labels: ['bug'] }), factsOf(), strict)).toBeUndefined()
  })

  it.each([
    [
      'Rewrite the whole code base in Rust',
      '',
      'The title asks for everything at once: "Rewrite the whole code base in Rust"',
    ],
    [
      'Slugs',
      `### Acceptance criteria\n\n${'- one\n'.repeat(11)}`,
      'It lists 11 acceptance criteria; at most 10 are checked in one pull request.',
    ],
    [
      'Slugs',
      `### Affected files\n\n${Array.from({ length: 16 }, (_, at) => `src/${at}.ts`).join('\n')}`,
      'It names 16 affected files; limits.files is 15.',
    ],
  ])('declines what is plainly too much before a model is asked: %s', (title, body, sign) => {
    expect(screen(taskOf({ title, body }), factsOf(), policy)).toEqual({ code: 'too_complex', evidence: [sign] })
    expect(screen(taskOf({ title, body }), factsOf(), policyOf('complexity: approval'))).toBeUndefined()
  })

  it.each(['Convert the entire string to upper case', 'The whole project does not build', 'Rewrite the error message'])(
    'takes a large word for no large task: %s',
    (title) => {
      expect(screen(taskOf({ title }), factsOf(), policy)).toBeUndefined()
    },
  )
})
