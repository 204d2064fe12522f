import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'configuration in HOME',
  gain: 'programs for every repository of the user, planted by a command in its HOME',
  async attempt(scene) {
    const open = await scene.open()
    const settings = `[core]\n\tfsmonitor = ${scene.payload}; false\n`
    await write(open.home, { '.gitconfig': settings, '.config/git/config': settings })
    await useAll(open)
    return scene.sang()
  },
})
