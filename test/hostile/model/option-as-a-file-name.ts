import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'file names',
  gain: 'a test whose name its runner reads as an option',
  async attempt(scene) {
    const paths = [
      '--test-name-pattern=nothing.js',
      '-p.ts',
      '--deselect=test/money_test.py',
      '-/a.ts',
      'packages/a/-x.test.js',
    ]
    return (await scene.written(Object.fromEntries(paths.map((path) => [path, scene.token])))).length > 0
  },
})
