import { text } from '../../support/scripted-model.ts'
import { passes } from '../support/hostile-case.ts'
import { structured } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'structured output',
  gain: 'a plan whose parts are of other kinds than the code expects',
  async attempt(scene) {
    const bad = [text('{"feasible": "yes", "paths": {"length": 1}}')]
    const asked = () =>
      scene.defence === 'on' ? structured([bad, bad]) : JSON.parse('{"feasible": "yes", "paths": {"length": 1}}')
    return passes(asked)
  },
})
