import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'symbolic link',
  gain: 'files of the machine, searched',
  async attempt(scene) {
    await writeFile(join(scene.outside, 'secret.md'), `found ${scene.token}`)
    await symlink(join(scene.outside, 'secret.md'), join(scene.root, 'secret.md'))
    return (await scene.call('search', { pattern: scene.token })).includes(`found ${scene.token}`)
  },
})
