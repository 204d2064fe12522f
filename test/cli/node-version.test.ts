import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isRecent, leastNode } from '../../src/cli/node-version.ts'

test.each([
  ['22.18.0', true],
  ['22.9.0', false],
  ['20.20.2', false],
  ['24.0.0', true],
])('Node %s', (version, recent) => {
  expect(isRecent(version, leastNode)).toBe(recent)
})

test('is what package.json asks for, and known before anything is imported', () => {
  const root = join(import.meta.dirname, '..', '..')
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(engines.node).toBe(`>=${leastNode}`)
  const imports = readFileSync(join(root, 'src/cli/draftsmith.ts'), 'utf8').match(/^import .*$/gm)
  expect(imports).toEqual(["import { isRecent, leastNode } from './node-version.ts'"])
  expect(readFileSync(join(root, 'src/cli/node-version.ts'), 'utf8')).not.toMatch(/^import /m)
})
