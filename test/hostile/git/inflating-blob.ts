import { git } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'
import { passes } from '../support/hostile-case.ts'

export const attack = gitCase({
  mechanism: 'flood: files that inflate',
  gain: 'a full disk by a repository of a few kilobytes',
  flood: true,
  async attempt(scene) {
    const blob = await git(scene.source, ['hash-object', '-w', '--stdin'], { input: '\0'.repeat(16 * 1024 ** 2) })
    const names = Array.from({ length: 1_100 }, (_, index) => `100644 blob ${blob}\tzeros-${index}\n`)
    const tree = await git(scene.source, ['mktree'], { input: names.join('') })
    const commit = await scene.git('commit-tree', '-m', 'zeros', tree)
    await scene.git('update-ref', 'refs/heads/main', commit)
    return passes(() => scene.open(commit))
  },
})
