import { describe, expect, it } from 'vitest'
import { ownersOf, ownersOfAll, parseCodeOwners, readCodeOwners } from '../../src/toolchain/code-owners.ts'
import { readerOf } from './support/session.ts'

// The example of GitHub's own documentation, with what it says of each line.
const documented = parseCodeOwners(`# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`)

describe('code owners', () => {
  it.each([
    ['README.md', ['@global-owner1', '@global-owner2']],
    ['src/a.js', ['@js-owner']],
    ['cmd/main.go', ['docs@example.com']],
    ['notes/a.txt', ['@octo-org/octocats']],
    ['build/logs/x/y.md', ['@octocat']],
    ['other/build/logs/a.md', ['@octocat']],
    ['deeply/nested/logs/a.md', ['@octocat']],
    ['docs/a.md', ['@doctocat']],
    ['docs/deep/a.md', ['@doctocat']],
    ['nested/apps/x.md', ['@octocat']],
    ['scripts/run.sh', ['@doctocat', '@octocat']],
    ['apps/web/a.ts', ['@octocat']],
    ['apps/github', []],
    ['apps/github/a.ts', []],
  ])('of %s are those of the last line that matches', (path, owners) => {
    expect(ownersOf(documented, path)).toEqual(owners)
  })

  it.each([
    ['docs/*', 'docs/a.md', true],
    ['docs/*', 'docs/deep/a.md', false],
    ['docs/*', 'lib/docs/a.md', false],
    ['/build/logs/', 'build/logs', false],
    ['/build/logs/', 'other/build/logs/a', false],
    ['lib/core', 'lib/core/a.ts', true],
    ['lib/core', 'src/lib/core/a.ts', false],
    ['src/**/a.ts', 'src/a.ts', true],
    ['src/**/a.ts', 'src/x/y/a.ts', true],
    ['src/**', 'src/x/y', true],
    ['src/**', 'src', false],
    ['Docs/', 'docs/a', false],
    ['a?.ts', 'x/ab.ts', true],
    ['a+b(1).ts', 'a+b(1).ts', true],
    ['path\\ with\\ spaces/', 'path with spaces/a', true],
    ['*.[ch]', 'a.c', false],
    ['!a.ts', 'a.ts', false],
  ])('%s of %s: %s', (pattern, path, matches) => {
    expect(ownersOf(parseCodeOwners(`${pattern} @one`), path)).toEqual(matches ? ['@one'] : [])
  })

  it('skips lines that GitHub cannot read, and comments', () => {
    const rules = parseCodeOwners('# *.md @none\n*.md somebody\n*.ts @one # @two\n\\#a @three\n')
    expect(rules).toEqual([{ pattern: '*.ts', owners: ['@one'], line: 3 }])
  })

  it('counts the files of each', () => {
    expect(ownersOfAll(documented, ['a.js', 'b.js', 'apps/github/c.js', 'main.go'])).toEqual([
      { owner: '@js-owner', files: 2 },
      { owner: 'docs@example.com', files: 1 },
    ])
  })

  it('come from the first of the three places', async () => {
    const files = { 'docs/CODEOWNERS': '* @docs', CODEOWNERS: '* @root', '.github/CODEOWNERS': '* @github' }
    const names = Object.keys(files)
    expect((await readCodeOwners(names, readerOf(files)))[0]?.owners).toEqual(['@github'])
    expect((await readCodeOwners(names.slice(0, 2), readerOf(files)))[0]?.owners).toEqual(['@root'])
    expect(await readCodeOwners([], readerOf(files))).toEqual([])
  })
})
