import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'bots',
  gain: 'a run by a bot that repeats what it is told',
  async attempt(scene) {
    await scene.github.comment(scene.repo, scene.issue, '/draftsmith run', 'renovate[bot]')
    await scene.settled()
    return (await scene.runs()) > 0
  },
})
