import fc from 'fast-check'
import picomatch from 'picomatch'
import { describe, expect, it } from 'vitest'
import { compileGlob, expandBraces } from '../../src/policy/glob-matcher.ts'

describe('a glob', () => {
  it.each([
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/deep/a.ts', false],
    ['src/**', 'src/deep/er/a.ts', true],
    ['**/*.ts', 'a.ts', true],
    ['**/test/**/*.js', 'test/a.js', true],
    ['**/test/**/*.js', 'packages/a/test/unit/a.js', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['app/[id]/page.tsx', 'app/i/page.tsx', true],
    ['{src,lib}/*.{ts,js}', 'lib/a.js', true],
    ['{src,lib}/*.{ts,js}', 'test/a.js', false],
    ['{a,{b,c}d}', 'cd', true],
    ['{a}', '{a}', true],
    ['*', '.hidden', true],
    ['a*b*c', 'aXbXbXc', true],
    ['a[b', 'a[b', true],
    ['*é?', 'caf\u00e9\u{1f600}', true],
  ])('%s and %s: %s', (glob, path, matches) => {
    expect(compileGlob(glob)(path)).toBe(matches)
  })

  it.each([
    ['{a,aa}'.repeat(30).concat('b'), 'a'.repeat(200)],
    ['*a*a*a/'.repeat(25).concat('b'), `${'a'.repeat(60)}/`.repeat(25).concat('c')],
    ['**/'.repeat(60).concat('x'), 'a/'.repeat(150).concat('y')],
    ['?*'.repeat(90), 'a'.repeat(300)],
  ])('takes no time: %s', (glob, path) => {
    const started = performance.now()
    expect(compileGlob(glob)(path)).toBe(glob.startsWith('?*'))
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('has not more alternatives than can be tried', () => {
    expect(expandBraces('{a,b}{c,d}')).toEqual(['ac', 'ad', 'bc', 'bd'])
    expect(expandBraces('{a,b}'.repeat(9))).toBeUndefined()
  })
})

/** What both understand in the same way: the library takes `**` beside letters, and at the end, now so and now otherwise. */
const name = fc
  .array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[^a]', '{a,b}', '.'), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes('**'))
const folder = fc.oneof(fc.constantFrom('**', '*', 'a', 'b', '.a'), name)
const glob = fc.tuple(fc.array(folder, { maxLength: 3 }), name).map(([folders, last]) => [...folders, last].join('/'))
const path = fc
  .array(
    fc.array(fc.constantFrom('a', 'b', '.'), { minLength: 1, maxLength: 4 }).map((letters) => letters.join('')),
    { minLength: 1, maxLength: 4 },
  )
  .map((names) => names.filter((name) => !/^\.+$/.test(name)).join('/'))
  .filter((text) => text !== '')

it('matches what the common library matches', () => {
  fc.assert(
    fc.property(glob, path, (pattern, text) => {
      const common = picomatch(pattern, { dot: true, noextglob: true, nonegate: true })
      expect(compileGlob(pattern)(text)).toBe(common(text))
    }),
    { numRuns: 3_000 },
  )
})
