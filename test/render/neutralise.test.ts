import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeBlock, codeCell, codeSpan, inline, neutralise, plain } from '../../src/render/neutralise.ts'

/** What is left when code and escaped characters are taken out, as GitHub does before it looks for mentions and links. */
function acting(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '')
    .replace(/\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g, '·')
}

function expectHarmless(markdown: string): void {
  const rest = acting(markdown)
  expect(rest).not.toMatch(/(?<![A-Za-z0-9])@[A-Za-z0-9]/)
  expect(rest).not.toMatch(/#\d|\bGH-\d/i)
  expect(rest).not.toMatch(/https?:\/\/\S|\bwww\.\w/i)
  expect(rest).not.toMatch(/[<>]/)
  expect(rest).not.toMatch(/\]\(/)
  expect(rest).not.toContain('`')
  expect(rest).not.toMatch(/^\s*(#|={1,}\s*$|-+\s*$)/m)
  expect(rest).not.toMatch(/(?<!\w)\/draftsmith/i)
}

const piece = fc.oneof(
  fc.constantFrom(
    '@bob',
    '#12',
    'fixes #12',
    'octo/x#3',
    'GH-7',
    'https://evil.example/x',
    'www.evil.example',
    '`',
    '``',
    '```\n',
    '\n',
  ),
  fc.constantFrom(
    '<b onclick="x">',
    '<!-- x -->',
    '![a](http://b/c.png)',
    '[a](http://b)',
    '[a]: http://b',
    '\\',
    '|',
    '# ',
    '- ',
    '===',
    '---',
    '~~~',
  ),
  fc.constantFrom(
    '/draftsmith run',
    '&#64;bob',
    '_@bob_',
    '**',
    '\u200b',
    '$x$',
    ' ',
    'a',
    '1. ',
    '> ',
    '    ',
    '[^1]',
    '\u202e',
    '@',
  ),
  fc.string({ maxLength: 5, unit: 'grapheme' }),
)
const hostile = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(''))

it('leaves the name of the policy file alone, which is no command', () => {
  expect(inline('Set `base` in .github/draftsmith.yml, not /draftsmith run')).toBe(
    'Set `base` in .github/draftsmith.yml, not `/draftsmith` run',
  )
})

describe('words of a model cannot act', () => {
  it('in several lines, whatever they are', () => {
    fc.assert(
      fc.property(hostile, (text) => expectHarmless(neutralise(text))),
      { numRuns: 500 },
    )
  })

  it('in one line, whatever they are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = inline(text)
        expectHarmless(line)
        expect(line).not.toContain('\n')
        expect(acting(line)).not.toMatch(/[|*_~]/)
      }),
      { numRuns: 500 },
    )
  })

  it('in a title or commit message, whatever they are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = plain(text)
        expect(line).not.toMatch(/(?<![A-Za-z0-9_])@[A-Za-z0-9]|#\d|\n/)
        expect(line).not.toMatch(
          /\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+(\S*#\d|GH-\d|https?:\/\/\S+\/issues\/\d)/i,
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('and still read well', () => {
  it.each([
    ['Thanks @bob, fixes #12.', 'Thanks `@bob`, fixes `#12`.'],
    ['See https://x.org/a for more', 'See `https://x.org/a` for more'],
    ['# Evidence', '\\# Evidence'],
    ['a\n---', 'a\n\\---'],
    ['- one\n  - two `x < y`\n1. three', '- one\n  - two `x < y`\n1. three'],
    ['![shot](http://x/y.png) [a](b)', '(image: shot) \\[a\\](b)'],
    ['if a < b', 'if a \\< b'],
    ['```ts\nconst a = "@bob"\n```\nafter', '```ts\nconst a = "@bob"\n```\nafter'],
    ['```mermaid\ngraph', '```\ngraph\n```'],
    ['C:\\temp', 'C:\\\\temp'],
    ['**bold** and snake_case', '**bold** and snake_case'],
    ['an open ` backtick', 'an open \\` backtick'],
  ])('%j', (text, markdown) => {
    expect(neutralise(text)).toBe(markdown)
  })

  it('in one line', () => {
    expect(inline('a | b\n*c* __init__ `d | e`')).toBe('a \\| b \\*c\\* \\_\\_init\\_\\_ `d | e`')
    expect(inline('x'.repeat(400))).toHaveLength(300)
    expect(inline('- not a list')).toBe('\\- not a list')
    expect(inline('1. not a list')).toBe('1\\. not a list')
  })

  it('in a title', () => {
    expect(plain('Fix `slugify` for @bob, closes #12 [skip ci]')).toBe(
      'Fix slugify for @ bob, closes issue 12 (skip ci)',
    )
  })
})

describe('code', () => {
  it('holds any text', () => {
    expect([codeSpan('a'), codeSpan('a`b'), codeSpan('`a`'), codeSpan(''), codeCell('a | b')]).toEqual([
      '`a`',
      '``a`b``',
      '`` `a` ``',
      '',
      '`a \\| b`',
    ])
    expect(codeBlock('a\n```\nb', 'diff')).toBe('````diff\na\n```\nb\n````')
  })

  it('cannot be ended by its content', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', '\n', '~') }), (text) => {
        const [first = '', ...rest] = codeBlock(text).split('\n')
        expect(rest.slice(0, -1).some((line) => /^ {0,3}(`{3,})\s*$/.exec(line)?.[1]?.length === first.length)).toBe(
          false,
        )
        expect(rest.at(-1)).toBe(first)
      }),
    )
  })
})
