import { git } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'
import { passes } from '../support/hostile-case.ts'

export const attack = gitCase({
  mechanism: 'flood: endless trees',
  gain: 'a full disk and memory by a repository of a few kilobytes',
  flood: true,
  async attempt(scene) {
    let entry = `100644 blob ${await scene.git('hash-object', '-w', 'a.txt')}\tf`
    for (let level = 0; level < 9; level += 1) {
      const names = Array.from({ length: 10 }, (_, index) => entry.replace(/\t.*/, `\t${index}`))
      const tree = await git(scene.source, ['mktree'], { input: `${names.join('\n')}\n` })
      entry = `040000 tree ${tree}\tf`
    }
    const top = await git(scene.source, ['mktree'], { input: `${entry}\n` })
    const commit = await scene.git('commit-tree', '-m', 'bomb', top)
    await scene.git('update-ref', 'refs/heads/main', commit)
    return passes(() => scene.open(commit))
  },
})
