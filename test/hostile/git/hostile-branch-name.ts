import { join } from 'node:path'
import { execa } from 'execa'
import { createGitLocalRepositories } from '../../../src/workspace/git-local-repositories.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'branch names',
  gain: 'a command in the name of a branch',
  async attempt(scene) {
    const name = `x$(touch\${IFS}${scene.canary})`
    await scene.git('update-ref', `refs/heads/${name}`, 'HEAD')
    if (scene.defence === 'on') {
      const local = createGitLocalRepositories({ root: join(scene.outside, 'data'), hostEnv: process.env })
      const { baseCommit } = await local.describeLocal(scene.source, name)
      await scene.open(baseCommit)
    } else await execa({ shell: true })(`git -C ${scene.source} rev-parse ${name}`).catch(() => undefined)
    return scene.sang()
  },
})
