import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'sandbox switched off',
  gain: 'every wall, taken down by the repository that they are there for',
  async attempt(scene) {
    return ['none', 'None', '"none"', '!!str none'].some(
      (kind) => scene.read(`sandbox:\n  kind: ${kind}\n`)?.sandbox?.kind === 'none',
    )
  },
})
