import { hostOn } from '../../github/fixture.ts'
import { githubCase } from '../support/github-scene.ts'
import { publishOnHead, publishRequest } from '../support/publishing.ts'

export const attack = githubCase({
  mechanism: 'branch taken',
  gain: 'the same, pushed between our look and our write',
  async attempt(scene) {
    const request = await publishRequest(scene)
    let foreign = ''
    const fence = async () => {
      foreign ||= await scene.github.push(scene.repo, {
        branch: 'agent/issue-1',
        files: { 'src/mine.js': 'mine\n' },
        message: 'my own work',
        by: 'mia',
      })
    }
    if (scene.defence === 'on')
      await hostOn(scene.repository, { fence })
        .publish(request)
        .catch(() => undefined)
    else {
      await fence()
      await publishOnHead(scene, request)
    }
    return (await scene.repository.head('agent/issue-1')) !== foreign
  },
})
