import { git, write } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'hidden from the index',
  gain: 'a change of a tracked file that no patch shows',
  async attempt(scene) {
    const open = await scene.open()
    await git(open.tree, ['update-index', '--assume-unchanged', 'a.txt'])
    await write(open.tree, { 'a.txt': 'cheat\n' })
    return !('a.txt' in (await open.changed(await open.checkpoint())))
  },
})
