import { expect, test } from 'vitest'
import { titleConvention } from '../../src/render/title-convention.ts'

const paths = ['src/net/http/server.go', 'docs/guide.md']

test.each<[string, string[], string]>([
  ['conventional commits', ['fix: a', 'feat(x): b', 'docs: c', 'Merge pull request 3'], 'fix: '],
  ['conventional commits with scopes', ['fix(http): a', 'feat(tls): b', 'feat(http)!: c'], 'fix(http): '],
  ['scopes of which none fits', ['fix(api): a', 'feat(tls): b', 'docs(api): c'], 'fix: '],
  ['areas', ['net/http: a', 'cmd/go: b', 'net/http: c', 'go.mod: d'], 'net/http: '],
  ['areas by file', ['server: a', 'client: b', 'http: c'], 'server: '],
  ['areas in brackets', ['[HTTP] Mend it', '[tls] Mend that', '[HTTP] Mend more'], '[HTTP] '],
  ['areas of which none fits', ['api: a', 'tls: b', 'api: c'], ''],
])('of %s', (_, history, prefix) => {
  expect(titleConvention(history)?.prefix({ type: 'fix', paths })).toBe(prefix)
})

test.each<[string, string[]]>([
  ['no history', []],
  ['too little of it', ['fix: a', 'fix: b']],
  ['plain words', ['Mend it', 'Mend that', 'fix: a']],
  ['words with a colon in them', ['Mend it: now', 'Say: hello', 'Do it']],
])('is none where there are %s', (_, history) => {
  expect(titleConvention(history)).toBeUndefined()
})

test('knows whether the words begin small', () => {
  expect(titleConvention(['[a] Mend', '[b] Add', '[c] Say'])?.lowercase).toBe(false)
  expect(titleConvention(['a: mend', 'b: add', 'c: Say'])?.lowercase).toBe(true)
})
