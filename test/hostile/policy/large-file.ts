import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: size',
  gain: 'the time of a parser, bought by a large file',
  flood: true,
  async attempt(scene) {
    return stalls(() => scene.read('scope:\n  include:\n'.concat('    - src/**\n'.repeat(400_000))))
  },
})
