import { send } from '../../intake/listening.ts'
import { forged } from '../support/events.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'forged delivery',
  gain: 'a run on any repository, started by whoever finds the address',
  async attempt(scene) {
    await send(scene.url, forged(scene), { secret: 'guessed' })
    return (await scene.runs()) > 0
  },
})
