import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'renamed repository',
  gain: 'a token for whatever stands under the old name now',
  async attempt(scene) {
    await scene.labelBy('mia')
    const facts = {
      name: 'other',
      full_name: 'mallory/other',
      owner: { login: 'mallory' },
      default_branch: 'main',
      archived: false,
      has_issues: true,
      size: 1,
      html_url: `${scene.github.url}/mallory/other`,
    }
    scene.github.fault({
      match: (request) => request.method === 'GET' && request.path === `/repos/${scene.repo}`,
      kind: 'status',
      status: 200,
      body: facts,
    })
    return scene.goesOn()
  },
})
