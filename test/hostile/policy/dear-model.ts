import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'models',
  gain: 'a model without a known price, so that the ceiling in money never holds',
  async attempt(scene) {
    return scene.read('models:\n  coder: somebody/dearest-model-of-all\n') !== undefined
  },
})
