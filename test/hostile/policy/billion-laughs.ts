import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: aliases',
  gain: 'memory of the service, by a file of a few lines',
  flood: true,
  async attempt(scene) {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
    )
    return stalls(() => scene.read(['l0: &l0 [x]', ...levels].join('\n')))
  },
})
