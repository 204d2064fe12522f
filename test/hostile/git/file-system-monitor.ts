import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'configuration: core.fsmonitor',
  gain: 'a program run at every look at the work tree',
  async attempt(scene) {
    const open = await scene.open()
    await appendFile(join(open.tree, '.git/config'), `[core]\n\tfsmonitor = ${scene.payload}; false\n`)
    await useAll(open)
    return scene.sang()
  },
})
