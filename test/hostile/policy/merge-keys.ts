import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'aliases',
  gain: 'the same by merged sections',
  async attempt(scene) {
    const policy = scene.read('x: &x {usd: 20}\nlimits:\n  <<: *x\n')
    return policy?.limits?.usd === 20
  },
})
