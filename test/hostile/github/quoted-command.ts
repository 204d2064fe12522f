import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'quoted command',
  gain: 'a run by a maintainer who only answers a comment',
  async attempt(scene) {
    for (const words of [
      '> /draftsmith run\n\nPlease do not.',
      '```\n/draftsmith run\n```',
      'Do not type `/draftsmith run` here.',
      '    /draftsmith runs',
    ])
      await scene.github.comment(scene.repo, scene.issue, words, 'mia')
    await scene.settled()
    return (await scene.runs()) > 0
  },
})
