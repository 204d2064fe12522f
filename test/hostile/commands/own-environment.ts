import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'process environment',
  gain: 'the keys, had the command inherited our environment',
  async attempt(scene) {
    const { output } = await scene.run('env; set; cat /proc/self/environ')
    return output.includes(scene.secret)
  },
})
