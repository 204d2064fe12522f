import { forged } from '../support/events.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'quoted command',
  gain: 'a run by an old comment of a maintainer, edited by somebody else',
  async attempt(scene) {
    const comment = {
      id: 1,
      body: '/draftsmith run',
      created_at: '2026-01-01T00:00:00Z',
      user: { login: 'mia', type: 'User' },
    }
    const { issue } = JSON.parse(forged(scene))
    await scene.github.emit('issue_comment', { action: 'edited', comment, issue }, { repo: scene.repo, by: 'otto' })
    await scene.settled()
    return (await scene.runs()) > 0
  },
})
