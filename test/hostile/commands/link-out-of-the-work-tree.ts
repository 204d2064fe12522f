import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'symbolic link',
  gain: 'a file of the host, read and written through a link that the repository holds',
  async attempt(scene) {
    const file = await scene.plant('outside/profile')
    await symlink(file, join(scene.tree, 'notes.txt'))
    const { output } = await scene.run('cat notes.txt; echo changed > notes.txt')
    return output.includes(scene.token) || (await scene.isChanged('outside/profile'))
  },
})
