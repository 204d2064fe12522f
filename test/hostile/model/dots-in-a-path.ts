import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'path escape',
  gain: 'a file of the machine, written through the edit tools',
  async attempt(scene) {
    const paths = [
      '../outside/owned.md',
      'src/../../outside/owned.md',
      './../outside/owned.md',
      'src/.././../outside/owned.md',
    ]
    await scene.put({ 'src/a.ts': 'export {}\n' })
    return (await scene.written(Object.fromEntries(paths.map((path) => [path, scene.token])))).length > 0
  },
})
