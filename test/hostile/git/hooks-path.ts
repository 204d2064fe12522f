import { appendFile, chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'hooks',
  gain: 'the same by a folder that the configuration names',
  async attempt(scene) {
    const open = await scene.open()
    await write(open.tree, { 'tools/post-index-change': `#!/bin/sh\n${scene.payload}\n` })
    await chmod(join(open.tree, 'tools/post-index-change'), 0o755)
    await appendFile(join(open.tree, '.git/config'), '[core]\n\thooksPath = tools\n')
    await useAll(open)
    return scene.sang()
  },
})
