import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: size',
  gain: 'a list that is matched at every write',
  flood: true,
  async attempt(scene) {
    const policy = scene.read(
      `scope:\n  include: [${Array.from({ length: 5_000 }, (_, index) => `"a${index}/**"`).join(', ')}]\n`,
    )
    return policy !== undefined
  },
})
