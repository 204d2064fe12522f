import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'protected path: other spellings',
  gain: 'the same by what Windows and web servers take off',
  async attempt(scene) {
    const paths = [
      '.github./workflows/a.yml',
      '.github /workflows/b.yml',
      '.env::$DATA',
      '.env.',
      'infra:x/main.ts',
      '.github\\workflows\\c.yml',
      './/.github//workflows/d.yml',
      'GIT~1/hooks/e.sh',
    ]
    return (await scene.written(Object.fromEntries(paths.map((path) => [path, scene.token])))).length > 0
  },
})
