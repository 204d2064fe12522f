import { call } from '../../support/scripted-model.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: endless loop',
  gain: 'the same by calls that differ',
  flood: true,
  async attempt(scene) {
    const { toolCallCount } = await loop(
      scene,
      Array.from({ length: 400 }, (_, index) => [call('list_files', { glob: `${index}` })]),
    )
    return toolCallCount > 60
  },
})
