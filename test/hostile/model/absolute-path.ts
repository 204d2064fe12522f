import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'path escape',
  gain: 'the same by a path from the root of the machine',
  async attempt(scene) {
    const path = `${scene.outside}/owned.md`
    const relative = `${'../'.repeat(20)}${path.slice(1)}`
    return (await scene.written({ [relative]: scene.token })).length > 0
  },
})
