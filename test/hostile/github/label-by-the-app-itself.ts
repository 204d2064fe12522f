import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'bots',
  gain: 'runs that start runs, until the money is gone',
  async attempt(scene) {
    await scene.labelBy('draftsmith[bot]')
    return (await scene.runs()) > 0
  },
})
