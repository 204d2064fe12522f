import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'writing outside',
  gain: 'a file of the host with content of the attacker',
  async attempt(scene) {
    const file = await scene.plant('outside/cron')
    await scene.run(`echo '* * * * * root sh' > ${file}; rm -rf ${file}; touch ${file}.new`)
    return scene.isChanged('outside/cron')
  },
})
