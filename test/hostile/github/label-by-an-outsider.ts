import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'label by an outsider',
  gain: 'a run for everybody whom an issue form lets choose labels',
  async attempt(scene) {
    await scene.labelBy('otto')
    return scene.goesOn()
  },
})
