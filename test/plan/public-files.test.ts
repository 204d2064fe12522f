import { expect, it } from 'vitest'
import { publicFilesOf } from '../../src/plan/public-files.ts'

/** A base commit that holds exactly these files. */
function base(files: Record<string, string>) {
  const workspace = { readBase: async (path: string) => files[path] }
  return publicFilesOf(workspace, new Set(Object.keys(files)))
}

it('reads manifests and what they name', async () => {
  const found = await base({
    'package.json': '{ "private": true, "workspaces": ["packages/*"] }',
    'packages/api/package.json': '{ "exports": "./dist/index.js" }',
    'packages/api/src/index.ts': "export { a } from './a.ts'\n",
    'packages/api/src/a.ts': 'export const a = 1\n',
    'packages/cli/package.json': '{ "main": "main.js" }',
    'packages/cli/main.js': 'exports.run = () => 1\n',
    'node_modules/x/package.json': '{ "main": "index.js" }',
    'node_modules/x/index.js': "export * from './y.js'\n",
  })
  expect([...found]).toEqual([
    ['packages/api/src/index.ts', 'names'],
    ['packages/cli/main.js', 'code'],
  ])
})

it('finds nothing where there is no manifest', async () => {
  expect((await base({ 'a.c': '' })).size).toBe(0)
})
