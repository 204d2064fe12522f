import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'bots',
  gain: 'a run started by a bot that anybody can talk into a label',
  async attempt(scene) {
    await scene.labelBy('renovate[bot]')
    return scene.goesOn()
  },
})
