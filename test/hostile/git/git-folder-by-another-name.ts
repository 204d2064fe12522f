import { git } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'
import { passes } from '../support/hostile-case.ts'

export const attack = gitCase({
  mechanism: 'names that file systems fold',
  gain: 'a git directory with settings of the attacker, on machines that fold case or ignore characters',
  async attempt(scene) {
    const blob = await scene.git('hash-object', '-w', 'a.txt')
    const inner = await git(scene.source, ['mktree'], { input: `100644 blob ${blob}\tconfig\n` })
    let opened = false
    for (const name of ['.GIT', '.g\u200cit', 'git~1']) {
      const tree = await git(scene.source, ['mktree'], { input: `040000 tree ${inner}\t${name}\n` })
      const commit = await scene.git('commit-tree', '-m', 'names', tree)
      await scene.git('update-ref', 'refs/heads/main', commit)
      opened ||= await passes(() => scene.open(commit))
    }
    return opened
  },
})
