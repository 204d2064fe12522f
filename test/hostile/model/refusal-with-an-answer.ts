import { text } from '../../support/scripted-model.ts'
import { passes } from '../support/hostile-case.ts'
import { structured } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'refusal',
  gain: 'a refused task that goes on, since the refusal looks like an answer',
  async attempt(scene) {
    const content = [text('{"feasible": true, "paths": []}')]
    const asked = () =>
      scene.defence === 'on'
        ? structured([{ content, stopReason: 'refusal' }])
        : JSON.parse('{"feasible": true, "paths": []}')
    return passes(asked)
  },
})
