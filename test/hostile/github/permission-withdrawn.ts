import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'permission withdrawn',
  gain: 'work for somebody who was put out of the project before it began',
  async attempt(scene) {
    await scene.labelBy('mia')
    scene.github.configure(scene.repo, { collaborators: { mia: 'none' } })
    return scene.goesOn()
  },
})
