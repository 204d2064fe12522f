import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'limits beyond the ceiling',
  gain: 'money of the deployment',
  async attempt(scene) {
    const policy = scene.read('limits:\n  usd: 900\n  tokens: 90000000\n  minutes: 1400\n')
    return (
      policy !== undefined &&
      (policy.limits.usd > 20 || policy.limits.tokens > 2_000_000 || policy.limits.minutes > 180)
    )
  },
})
