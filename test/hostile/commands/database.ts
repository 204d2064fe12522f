import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of the service',
  gain: 'every run, prompt and artifact',
  async attempt(scene) {
    const file = await scene.plant('data/database/base/1/2619')
    const { output } = await scene.run(`cat ${file}; grep -rh TOKEN- ${scene.root}/data/database`)
    return output.includes(scene.token)
  },
})
