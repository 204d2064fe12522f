import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'command by an outsider',
  gain: 'a run for everybody who can write a comment',
  async attempt(scene) {
    await scene.github.comment(scene.repo, scene.issue, '/draftsmith run', 'otto')
    await scene.settled()
    return (await scene.runs()) > 0
  },
})
