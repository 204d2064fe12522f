import { call } from '../../support/scripted-model.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: endless loop',
  gain: 'the same within one turn',
  flood: true,
  async attempt(scene) {
    const many = Array.from({ length: 5_000 }, (_, index) => call('list_files', { glob: `${index}` }))
    const { toolCallCount } = await loop(scene, [many, many])
    return toolCallCount > 60
  },
})
