import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'credentials of the repository',
  gain: 'the same by searching for them',
  async attempt(scene) {
    await scene.put({ '.env': `KEY=${scene.token}\n`, 'deploy/id_rsa': `${scene.token}\n` })
    const answer = await scene.call('search', { pattern: scene.token, glob: '.env' })
    return (
      answer.includes(`KEY=${scene.token}`) ||
      (await scene.call('search', { pattern: scene.token })).includes(`:${scene.token}`)
    )
  },
})
