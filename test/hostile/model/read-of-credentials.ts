import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'credentials of the repository',
  gain: 'what stands in .env and key files, sent to the provider and written into the change',
  async attempt(scene) {
    await scene.put({
      '.env': scene.token,
      'config/prod.env.local': scene.token,
      'deploy/id_rsa': scene.token,
      '.npmrc': scene.token,
      'keys/server.pem': scene.token,
    })
    const paths = ['.env', '.ENV', './.env', 'deploy/id_rsa', '.npmrc', 'keys/server.pem']
    const answers = await Promise.all(paths.map((path) => scene.call('read_file', { path })))
    return answers.some((answer) => answer.includes(scene.token))
  },
})
