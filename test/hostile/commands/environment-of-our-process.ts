import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'process environment',
  gain: 'the keys that stand in our environment',
  async attempt(scene) {
    const { output } = await scene.run(`cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`)
    return output.includes(scene.secret)
  },
})
