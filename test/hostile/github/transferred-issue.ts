import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'transferred issue',
  gain: 'work on the issue of another repository, with rights to this one',
  async attempt(scene) {
    await scene.labelBy('mia')
    const path = `/repos/${scene.repo}/issues/${scene.issue}`
    const moved = {
      number: 1,
      title: 'x',
      body: scene.token,
      state: 'open',
      locked: false,
      labels: [{ name: 'agent-eligible' }],
      user: { login: 'otto' },
      html_url: `${scene.github.url}/mallory/other/issues/1`,
    }
    scene.github.fault({
      match: (request) => request.method === 'GET' && request.path === path,
      kind: 'status',
      status: 200,
      body: moved,
    })
    return scene.goesOn()
  },
})
