import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
const source = readFileSync(new URL('../src/config/variables.ts', import.meta.url), 'utf8')

test('.env.example names exactly the variables that are read, each with an explanation', () => {
  const schema = source.slice(source.indexOf('const variables'), source.indexOf('type Variables'))
  const read = [...schema.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)
  const shown = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name)
  expect(read.length).toBeGreaterThan(20)
  expect([...shown].sort()).toEqual([...read].sort())
  for (const block of example.split('\n\n')) expect(block).toMatch(/^#/)
})
