import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'duplicate keys',
  gain: 'a strict limit for the reader of the file, a loose one for the machine',
  async attempt(scene) {
    const policy = scene.read('limits:\n  usd: 1\n  usd: 19\n')
    return policy?.limits?.usd === 19
  },
})
