import { githubCase } from '../support/github-scene.ts'
import { publishOnHead, publishRequest } from '../support/publishing.ts'

export const attack = githubCase({
  mechanism: 'force-pushed base',
  gain: 'code of somebody else within a change that we have verified',
  async attempt(scene) {
    const request = await publishRequest(scene)
    await scene.github.push(scene.repo, {
      branch: 'main',
      files: { 'src/evil.js': scene.token },
      message: 'evil',
      by: 'mia',
    })
    const branch =
      scene.defence === 'on' ? (await scene.host.publish(request)).branch : await publishOnHead(scene, request)
    const evil = await scene.repository.readFile('src/evil.js', (await scene.repository.head(branch ?? '')) ?? '')
    return evil?.includes(scene.token) ?? false
  },
})
