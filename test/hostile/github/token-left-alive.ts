import { githubCase } from '../support/github-scene.ts'
import { publishRequest } from '../support/publishing.ts'

export const attack = githubCase({
  mechanism: 'tokens',
  gain: 'a token that can write code, for an hour after the run',
  async attempt(scene) {
    const before = scene.github.tokens().length
    if (scene.defence === 'on') {
      const source = await scene.repository.cloneSource()
      await scene.host.publish(await publishRequest(scene))
      await source.revoke()
    } else await scene.github.installationToken(1001)
    const alive = scene.github
      .tokens()
      .slice(before)
      .filter(({ state }) => state === 'alive')
    const mine = alive.filter(({ repositories }) => repositories === undefined || repositories.includes(scene.repo))
    return mine.some(({ permissions, repositories }) => permissions.contents === 'write' || repositories === undefined)
  },
})
