import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'aliases',
  gain: 'a limit that reads as one thing and counts as another',
  async attempt(scene) {
    return (
      scene.read('limits: &l\n  usd: 1\nconcurrency: 1\nsandbox: {}\nx: *l\n') !== undefined ||
      scene.read('limits:\n  usd: &u 2\n  files: *u\n') !== undefined
    )
  },
})
