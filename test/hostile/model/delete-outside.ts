import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'path escape',
  gain: 'a file of the machine, deleted',
  async attempt(scene) {
    const file = join(scene.outside, 'precious.md')
    await writeFile(file, 'x')
    await scene.call('delete_file', { path: '../outside/precious.md' })
    return (await scene.text(file)) === undefined
  },
})
