import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'protected path: case',
  gain: 'a workflow on every machine that folds case',
  async attempt(scene) {
    const paths = [
      '.GitHub/workflows/a.yml',
      '.GITHUB/WORKFLOWS/b.yml',
      'Config/app.json',
      'INFRA/main.ts',
      '.Env',
      'CodeOwners.md/../codeowners',
      'AGENTS.MD',
      'Package-Lock.json',
    ]
    return (await scene.written(Object.fromEntries(paths.map((path) => [path, scene.token])))).length > 0
  },
})
