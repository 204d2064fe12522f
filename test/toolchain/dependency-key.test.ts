import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dependencyKey } from '../../src/toolchain/dependency-key.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { openRepository, readerOf } from './support/session.ts'

const files = {
  'package.json': JSON.stringify({ workspaces: ['packages/*'], dependencies: { a: '1' } }),
  'package-lock.json': '{}',
  'packages/api/package.json': '{}',
  'src/a.js': '',
}

async function keyOf(
  given: Record<string, string>,
  { repository = 'github:acme/shop', registries = {} as unknown, alter = async (_: string) => {} } = {},
) {
  const { installs } = await detectToolchain(Object.keys(given), readerOf(given))
  await using opened = await openRepository(given)
  await alter(opened.tree)
  const { session, tree } = opened
  return await dependencyKey({ session, installs, tree, files: Object.keys(given), repository, registries })
}

it('is the same for the same manifests, whatever the sources', async () => {
  const key = await keyOf(files)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(await keyOf({ ...files, 'src/a.js': 'changed', 'src/b.js': '' })).toBe(key)
})

it.each([
  ['a lock file', { 'package-lock.json': '{ }' }],
  ['a manifest', { 'package.json': JSON.stringify({ workspaces: ['packages/*'], dependencies: { a: '2' } }) }],
  ['a new package of a workspace', { 'packages/web/package.json': '{}' }],
  ['the settings of the client', { '.npmrc': 'legacy-peer-deps=true\n' }],
  ['a patch of a dependency', { 'patches/a.patch': '' }],
])('is another one with %s', async (_, change) => {
  expect(await keyOf({ ...files, ...change })).not.toBe(await keyOf(files))
})

it('is another one for another repository, and with another registry', async () => {
  const key = await keyOf(files)
  expect(await keyOf(files, { repository: 'github:eve/shop' })).not.toBe(key)
  expect(await keyOf(files, { registries: { npm: 'http://127.0.0.1:4873/' } })).not.toBe(key)
})

it('is none where a manifest cannot be read: a link may lead anywhere', async () => {
  const alter = async (tree: string) => {
    await writeFile(join(tree, 'elsewhere'), '{}')
    await rm(join(tree, 'package-lock.json'))
    await symlink('elsewhere', join(tree, 'package-lock.json'))
  }
  expect(await keyOf(files, { alter })).toBeUndefined()
})

it.each([
  ['nothing is installed', { 'package.json': '{}' }],
  ['sources of the repository are installed', { 'setup.py': '', 'requirements.txt': '-e .\n', 'test_a.py': '' }],
  ['a folder of the repository is installed', { 'package.json': '{"dependencies":{"a":"file:a"}}' }],
])('is none where %s', async (_, given) => {
  expect(await keyOf(given)).toBeUndefined()
})
