import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of the host',
  gain: 'what other programs keep in the folder for temporary files',
  async attempt(scene) {
    const file = join(tmpdir(), `draftsmith-${scene.token}`)
    await writeFile(file, `found ${scene.token}`)
    scene.onEnd(() => rm(file, { force: true }))
    const { output } = await scene.run(`cat ${file} "\${TMPDIR}"/draftsmith-TOKEN-*`)
    return output.includes(`found ${scene.token}`)
  },
})
