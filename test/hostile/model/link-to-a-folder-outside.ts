import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'symbolic link',
  gain: 'new files in a folder of the machine',
  async attempt(scene) {
    await symlink(scene.outside, join(scene.root, 'docs'))
    await scene.call('create_file', { path: 'docs/owned.md', content: scene.token })
    await scene.call('create_file', { path: 'docs/deep/owned.md', content: scene.token })
    return (await scene.text(join(scene.outside, 'owned.md'))) === scene.token
  },
})
