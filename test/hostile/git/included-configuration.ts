import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'configuration: include',
  gain: 'settings from a file that is named only by another one',
  async attempt(scene) {
    const open = await scene.open()
    await write(open.tree, { 'settings.txt': `[core]\n\tfsmonitor = ${scene.payload}; false\n` })
    await appendFile(join(open.tree, '.git/config'), '[include]\n\tpath = ../settings.txt\n')
    await useAll(open)
    return scene.sang()
  },
})
