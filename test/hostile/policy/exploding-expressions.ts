import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: regular expressions',
  gain: 'the same by an expression, where one is taken for a glob',
  flood: true,
  async attempt(scene) {
    const globs = ['(a+)+$', '+(a|aa)+(b|c)', '!(a*)*', '@(x|x*)*', '*(*(a))']
    return globs.some(
      (glob) =>
        scene.read(`scope:\n  include: ${JSON.stringify([glob])}\n`) !== undefined &&
        stalls(() => {
          const policy = scene.read(`scope:\n  include: ${JSON.stringify([glob])}\n`)
          return policy && scene.mayWrite('a'.repeat(200), policy)
        }),
    )
  },
})
