import { githubCase } from '../support/github-scene.ts'
import { publishOnHead, publishRequest } from '../support/publishing.ts'

export const attack = githubCase({
  mechanism: 'branch taken',
  gain: 'work of a person, overwritten',
  async attempt(scene) {
    const foreign = await scene.github.push(scene.repo, {
      branch: 'agent/issue-1',
      files: { 'src/mine.js': 'mine\n' },
      message: 'my own work',
      by: 'mia',
    })
    const request = await publishRequest(scene)
    if (scene.defence === 'on') await scene.host.publish(request).catch(() => undefined)
    else await publishOnHead(scene, request)
    return (await scene.repository.head('agent/issue-1')) !== foreign
  },
})
