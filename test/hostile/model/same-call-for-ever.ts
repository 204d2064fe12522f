import { call } from '../../support/scripted-model.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: endless loop',
  gain: 'a budget spent on nothing',
  flood: true,
  async attempt(scene) {
    const { stop, turns } = await loop(
      scene,
      Array.from({ length: 200 }, () => [call('list_files', {})]),
    )
    return stop === 'turns' || turns > 10
  },
})
