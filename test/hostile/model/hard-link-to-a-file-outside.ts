import { link, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'hard link',
  gain: 'a file of a package cache, shared by all runs and changed for all of them',
  async attempt(scene) {
    const file = join(scene.outside, 'cached.js')
    await writeFile(file, 'export const safe = true\n')
    await link(file, join(scene.root, 'shared.js'))
    await scene.call('edit_file', { path: 'shared.js', edits: [{ old: 'safe = true', new: 'safe = false' }] })
    return (await scene.text(file)) !== 'export const safe = true\n'
  },
})
