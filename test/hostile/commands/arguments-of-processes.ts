import { processCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'process list',
  gain: 'secrets in the arguments of other programs',
  async attempt(scene) {
    await processCanary(scene)
    const { output } = await scene.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    return output.includes(scene.token)
  },
})
