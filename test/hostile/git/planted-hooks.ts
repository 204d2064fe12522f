import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'hooks',
  gain: 'a program of the repository run outside of the sandbox at the next step of git',
  async attempt(scene) {
    const open = await scene.open()
    for (const hook of [
      'post-checkout',
      'pre-commit',
      'post-index-change',
      'reference-transaction',
      'fsmonitor-watchman',
    ]) {
      for (const folder of ['.git/hooks', 'hooks']) {
        await write(open.tree, { [`${folder}/${hook}`]: `#!/bin/sh\n${scene.payload}\n` })
        await chmod(join(open.tree, folder, hook), 0o755)
      }
    }
    await useAll(open)
    return scene.sang()
  },
})
