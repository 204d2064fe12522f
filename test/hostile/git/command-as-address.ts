import { join } from 'node:path'
import { createGitWorkspaces } from '../../../src/workspace/git-workspaces.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'protocols',
  gain: 'a command as the address of a repository',
  async attempt(scene) {
    const url = `ext::sh -c touch% ${scene.canary}`
    if (scene.defence === 'on') {
      const workspaces = createGitWorkspaces({ root: join(scene.outside, 'data'), hostEnv: process.env })
      const request = { repositoryKey: 'x', url, env: {}, commit: '1'.repeat(40), runId: 'r-1' }
      await workspaces.open(request).catch(() => undefined)
    } else await scene.git('-c', 'protocol.ext.allow=always', 'ls-remote', url).catch(() => undefined)
    return scene.sang()
  },
})
