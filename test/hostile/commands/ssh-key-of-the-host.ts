import { homedir } from 'node:os'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of the host',
  gain: 'the keys of whoever runs the service',
  async attempt(scene) {
    const file = await scene.plant('home-of-the-user/.ssh/id_ed25519')
    const { output } = await scene.run(`cat ${file} ${homedir()}/.ssh/* /home/*/.ssh/*`)
    return output.includes(scene.token)
  },
})
