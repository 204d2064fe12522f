import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'path escape',
  gain: 'a file of the machine, shown to the model and written into the change',
  async attempt(scene) {
    await writeFile(join(scene.outside, 'secret.md'), scene.token)
    const answers = await Promise.all(
      ['../outside/secret.md', `${'../'.repeat(20)}${scene.outside.slice(1)}/secret.md`].map((path) =>
        scene.call('read_file', { path }),
      ),
    )
    return answers.some((answer) => answer.includes(scene.token))
  },
})
