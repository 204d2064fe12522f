import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identify } from '../../src/task/identity.ts'
import { parseLocalText } from '../../src/task/local-text.ts'
import { mentionedIdentifiers, mentionedPaths } from '../../src/task/mentions.ts'
import { taskTypeOf } from '../../src/task/task-labels.ts'

describe('identity', () => {
  const source = { kind: 'github_issue' as const, installationId: 1, owner: 'Octo', repo: 'Slugs', number: 12 }

  it('of an issue is its number, whatever its text and the spelling of its repository', () => {
    expect(identify(source, 'a', 'b')).toEqual({ repositoryKey: 'github:octo/slugs', taskKey: 'github:octo/slugs#12' })
    expect(identify({ ...source, owner: 'octo' }, 'c', 'd')).toEqual(identify(source, 'a', 'b'))
  })

  it('of local text is the path and the text; title and body cannot trade places', () => {
    const local = { kind: 'local' as const, repository: '/home/x/repo' }
    expect(identify(local, 'a', 'b').taskKey).toMatch(/^local:\/home\/x\/repo:[0-9a-f]{16}$/)
    expect(identify(local, 'ab', '').taskKey).not.toBe(identify(local, 'a', 'b').taskKey)
    expect(identify(local, 'a', 'b')).toEqual(identify({ ...local, base: 'main' }, 'a', 'b'))
  })
})

describe('local text', () => {
  it.each([
    ['Fix it\n\nIn src/a.ts', { title: 'Fix it', body: 'In src/a.ts' }],
    ['\ufeff\n\n# Fix it #\r\nmore\r\nlines\n', { title: 'Fix it', body: 'more\nlines' }],
    ['one line', { title: 'one line', body: '' }],
    ['', { title: '', body: '' }],
  ])('%j', (text, task) => {
    expect(parseLocalText(text)).toEqual(task)
  })
})

describe('mentions', () => {
  it.each([
    ['In `src/a.ts` and lib/b.py:12, see ./test/c.test.ts#L3-L9.', ['src/a.ts', 'lib/b.py', 'test/c.test.ts']],
    ['the folder packages/api/ and README.md', ['packages/api/', 'README.md']],
    ['CODEOWNERS, .env.local and .github/workflows/ci.yml', ['CODEOWNERS', '.env.local', '.github/workflows/ci.yml']],
    ['e.g. Node.js, i.e. version 1.2.3 and/or foo.bar at https://x.org/a/b.ts or me@x.org', []],
    ['/etc/passwd ../up.ts', []],
    ['(src/[id]/page.tsx) and [docs/a.md](docs/b.md)', ['src/[id]/page.tsx', 'docs/a.md', 'docs/b.md']],
  ])('paths in %j', (text, paths) => {
    expect(mentionedPaths(text)).toEqual(paths)
  })

  it('identifiers are what only code looks like', () => {
    const text =
      'Calling `slugify()` or parseDate(x) throws TypeError in MAX_LENGTH of FooBar; see `src/a.ts` and iPhone'
    expect(mentionedIdentifiers(text)).toEqual(['slugify', 'parseDate', 'TypeError', 'MAX_LENGTH', 'FooBar', 'iPhone'])
  })

  it('are found without a stall in any text', () => {
    for (const piece of ['a/', 'a.', '`', 'aB', '_a', '(']) {
      const started = performance.now()
      mentionedPaths(piece.repeat(30_000))
      mentionedIdentifiers(piece.repeat(30_000))
      expect(performance.now() - started).toBeLessThan(2_000)
    }
  })

  it('never lead out of the repository', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', ' ', 'ts', '~', ':') }), (text) => {
        for (const path of mentionedPaths(text))
          expect(path.startsWith('/') || path.split('/').includes('..')).toBe(false)
      }),
    )
  })
})

describe('labels', () => {
  it.each([
    [['bug'], 'bug_fix'],
    [['kind/feature'], 'feature'],
    [['Type: Tech-Debt'], 'refactor'],
    [['good first issue'], undefined],
    [['bug', 'feature'], undefined],
    [['bug', 'regression'], 'bug_fix'],
  ])('%j', (labels, type) => {
    expect(taskTypeOf(labels)).toBe(type)
  })
})
