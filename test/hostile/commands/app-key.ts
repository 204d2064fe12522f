import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of the service',
  gain: 'the private key of the App, and with it every installation',
  async attempt(scene) {
    const file = await scene.plant('app.private-key.pem')
    const { output } = await scene.run(`cat ${file}; find / -xdev -name '*private-key.pem' -exec cat {} + 2>/dev/null`)
    return output.includes(scene.token)
  },
})
