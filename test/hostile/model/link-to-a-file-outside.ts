import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'symbolic link',
  gain: 'a file of the machine by a link that the repository holds where the plan edits a file',
  async attempt(scene) {
    const file = join(scene.outside, 'profile.md')
    await writeFile(file, scene.token)
    await symlink(file, join(scene.root, 'README.md'))
    const read = await scene.call('read_file', { path: 'README.md' })
    await scene.call('edit_file', { path: 'README.md', edits: [{ old: scene.token, new: 'changed' }] })
    return read.includes(scene.token) || (await scene.text(file)) === 'changed'
  },
})
