import { describe, expect, it } from 'vitest'
import { entryPoints, onlyPassesOn, risksInSurface } from '../../src/policy/public-surface.ts'
import { planOf } from './fixture.ts'

const files = new Set([
  'index.js',
  'src/index.ts',
  'src/cli.ts',
  'packages/api/src/main.ts',
  'crate/src/lib.rs',
  'shop/__init__.py',
  'src/shop/__init__.py',
  'shop/inner/__init__.py',
  'tests/__init__.py',
])
const entries = (path: string, text: unknown) =>
  entryPoints({ path, text: typeof text === 'string' ? text : JSON.stringify(text) }, files)

describe('entry points', () => {
  it.each([
    ['package.json', { main: 'dist/index.js', types: 'dist/index.d.ts' }, ['src/index.ts', 'src/index.ts']],
    ['package.json', { exports: { '.': { import: './dist/esm/index.js' }, './x/*': './dist/*.js' } }, ['src/index.ts']],
    ['package.json', {}, ['index.js']],
    ['packages/api/package.json', { exports: './lib/main.js' }, ['packages/api/src/main.ts']],
    ['package.json', { private: true, main: 'index.js' }, []],
    ['package.json', '{ broken', []],
    ['package.json', { main: '../outside.js' }, []],
    ['crate/Cargo.toml', '[package]', ['crate/src/lib.rs']],
    ['pyproject.toml', '[project]', ['shop/__init__.py', 'src/shop/__init__.py']],
    ['Makefile', '', []],
  ])('%s %j', (path, manifest, expected) => {
    expect(entries(path, manifest)).toEqual(expected)
  })
})

describe('a file', () => {
  it.each([
    ['src/index.ts', "export { a,\n  b } from './a.ts'\nexport * from './c.ts'\nexport type { T } from './t.ts'\n"],
    ['src/index.ts', "// what is public\nimport x from './x.ts'\nexport * as y from './y.ts';\nexport { x }\n"],
    ['index.cjs', "'use strict'\nexport { a } from './a.js'\n"],
    ['shop/__init__.py', '"""Shop."""\nfrom .a import (\n  b,\n  c,\n)\nimport os\n__all__ = [\n  "b",\n]\n'],
    ['src/lib.rs', '//! Docs\n#![warn(missing_docs)]\npub mod a;\npub use a::{B, C};\nmod d;\n'],
  ])('that passes names on and no more: %s', (path, text) => {
    expect(onlyPassesOn({ path, text })).toBe(true)
  })

  it.each([
    ['src/index.ts', "export { a } from './a.ts'\nexport const b = 1\n"],
    ['src/index.ts', "export function f() {\n  return 'x'\n}\n"],
    ['src/index.ts', "export default create({ from: 'x' })\n"],
    ['shop/__init__.py', 'from .a import b\n\n\ndef c():\n    return b\n'],
    ['src/lib.rs', 'pub mod a;\npub fn f() {}\n'],
    ['src/index.ts', ''],
    ['main.go', 'package main\n'],
  ])('that does more, or nothing: %s %j', (path, text) => {
    expect(onlyPassesOn({ path, text })).toBe(false)
  })
})

it('a plan is risky where it changes the names, or takes an entry away', () => {
  const publicFiles = new Map([
    ['src/index.ts', 'names' as const],
    ['src/main.ts', 'code' as const],
  ])
  const reasons = (kind: 'modify' | 'delete') =>
    risksInSurface(
      planOf('src/index.ts', 'src/main.ts', 'src/x.ts').modifications.map((one) => ({ ...one, kind })),
      publicFiles,
    ).map(({ risk, reason }) => `${risk}: ${reason}`)
  expect(reasons('modify')).toEqual(['high: it changes what others can import (src/index.ts)'])
  expect(reasons('delete')).toEqual([
    'high: it takes away what others import (src/index.ts)',
    'high: it takes away what others import (src/main.ts)',
  ])
})
