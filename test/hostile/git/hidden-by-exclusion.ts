import { write } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'hidden from the index',
  gain: 'a file that the checks use and that nobody gets to see',
  async attempt(scene) {
    const open = await scene.open()
    await write(open.tree, { '.git/info/exclude': '*.mjs\n', 'cheat.mjs': 'makes the tests pass\n' })
    return !('cheat.mjs' in (await open.changed(await open.checkpoint())))
  },
})
