import { send } from '../../intake/listening.ts'
import { githubCase, labelEvent } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'replay',
  gain: 'the same: the id of a delivery stands outside of what is signed',
  async attempt(scene) {
    const body = await labelEvent(scene)
    await scene.settled()
    await scene.endRun()
    await send(scene.url, body)
    await scene.settled()
    return (await scene.runs()) > 1
  },
})
