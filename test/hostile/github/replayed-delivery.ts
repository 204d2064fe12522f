import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'replay',
  gain: 'a second run, paid by the victim, as often as somebody likes',
  async attempt(scene) {
    await scene.labelBy('mia')
    await scene.endRun()
    const delivery = scene.github.deliveries().findLast(({ payload }) => JSON.stringify(payload).includes(scene.repo))
    await scene.github.redeliver(delivery?.id ?? 0)
    await scene.settled()
    return (await scene.runs()) > 1
  },
})
