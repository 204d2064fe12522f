import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'symbolic link',
  gain: 'a workflow, written by the name of a harmless file',
  async attempt(scene) {
    await scene.put({ '.github/workflows/ci.yml': 'on: push\n' })
    await symlink('.github/workflows/ci.yml', join(scene.root, 'notes.yml'))
    await scene.call('edit_file', { path: 'notes.yml', edits: [{ old: 'on: push', new: scene.token }] })
    return (await scene.text('.github/workflows/ci.yml'))?.includes(scene.token) ?? false
  },
})
