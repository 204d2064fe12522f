import { join } from 'node:path'
import { createGitLocalRepositories } from '../../../src/workspace/git-local-repositories.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'branch names',
  gain: 'an option of git where a branch is expected',
  async attempt(scene) {
    const name = `--output=${scene.canary}`
    if (scene.defence === 'on') {
      const local = createGitLocalRepositories({ root: join(scene.outside, 'data'), hostEnv: process.env })
      await local.describeLocal(scene.source, name).catch(() => undefined)
    } else await scene.git('diff', name).catch(() => undefined)
    return scene.sang()
  },
})
