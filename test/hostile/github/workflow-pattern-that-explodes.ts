import { runsOnPush } from '../../../src/github/workflow-triggers.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'flood: patterns',
  gain: 'a service that stands still, by a workflow and a branch prefix of the same repository',
  flood: true,
  async attempt() {
    const started = performance.now()
    for (const pattern of ['a?'.repeat(59), 'a+'.repeat(40), '*a'.repeat(40)])
      runsOnPush(`on:\n  push:\n    branches: ['${pattern}b']\n`, 'a'.repeat(60))
    return performance.now() - started > 3_000
  },
})
