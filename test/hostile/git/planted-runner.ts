import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGitWorkspaces } from '../../../src/workspace/git-workspaces.ts'
import { gitCase } from '../support/git-scene.ts'

const runner = 'node_modules/.bin/vitest'

export const attack = gitCase({
  mechanism: 'planted program',
  gain: 'a test runner that is always green in the last round, left in node_modules/.bin by a test of an earlier one',
  async attempt(scene) {
    await scene.write({ '.gitignore': 'node_modules\n' })
    const commit = await scene.commit()
    if (scene.defence === 'off') {
      const { tree } = await scene.open()
      await plant(tree)
      return existsSync(join(tree, runner))
    }
    const workspaces = createGitWorkspaces({ root: join(scene.outside, 'data'), hostEnv: process.env })
    const request = { repositoryKey: 'local:runner', url: scene.source, env: {}, commit, runId: 'r-1' }
    await using workspace = closing(await workspaces.open(request))
    await plant(workspace.tree)
    // It must not come along by being added, either.
    await writeFile(join(workspace.tree, '.gitignore'), '')
    const fresh = await workspace.fresh(await workspace.checkpoint())
    return existsSync(join(fresh.tree, runner))
  },
})

async function plant(tree: string): Promise<void> {
  await mkdir(join(tree, 'node_modules/.bin'), { recursive: true })
  await writeFile(join(tree, runner), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
}

function closing<Kept extends { close(): Promise<void> }>(kept: Kept): Kept & AsyncDisposable {
  return Object.assign(kept, { [Symbol.asyncDispose]: () => kept.close() })
}
