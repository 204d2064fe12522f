import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'numbers',
  gain: 'a ceiling that no comparison ever reaches',
  async attempt(scene) {
    const numbers = [
      '.inf',
      '-.inf',
      '.nan',
      '1e400',
      '-5',
      '0',
      '"5"',
      '1_000',
      '0x7fffffff',
      '[5]',
      'null',
      '5.0000001e300',
      '!!float 9e99',
    ]
    return numbers.some((number) => {
      const policy = scene.read(`limits:\n  usd: ${number}\n`)
      return (
        policy !== undefined &&
        policy.limits.usd !== null &&
        !(typeof policy.limits.usd === 'number' && policy.limits.usd > 0 && policy.limits.usd <= 20)
      )
    })
  },
})
