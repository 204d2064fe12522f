import { rm, writeFile } from 'node:fs/promises'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'shared memory',
  gain: 'what other processes of the machine exchange',
  async attempt(scene) {
    const file = `/dev/shm/${scene.token}`
    await writeFile(file, `found ${scene.token}`)
    scene.onEnd(() => rm(file, { force: true }))
    const { output } = await scene.run(`cat ${file} /dev/shm/*`)
    return output.includes(`found ${scene.token}`)
  },
})
