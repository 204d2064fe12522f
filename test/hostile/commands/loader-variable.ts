import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'loader variables',
  gain: 'code of the repository within the program that builds the walls',
  async attempt(scene) {
    const log = join(scene.root, 'loader')
    const env = { LD_DEBUG: 'libs', LD_DEBUG_OUTPUT: log }
    await scene.run({ line: 'true', env })
    return (await readdir(scene.root)).some((name) => name.startsWith('loader'))
  },
})
