import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'hard link',
  gain: 'a second name within the work tree for a file of the host',
  async attempt(scene) {
    const file = await scene.plant('outside/passwd')
    const { output } = await scene.run(`ln ${file} mine && cat mine && echo changed > mine`)
    return output.includes(scene.token) || (await scene.isChanged('outside/passwd'))
  },
})
