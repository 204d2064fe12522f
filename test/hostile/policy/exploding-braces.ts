import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: globs',
  gain: 'the same by braces within braces',
  flood: true,
  async attempt(scene) {
    const globs = [
      '{a,aa}'.repeat(30),
      '{a,b,c,d,e,f,g,h}'.repeat(11),
      '{1..99999999}',
      '{'.repeat(99).concat(',}'.repeat(49)),
      '\uff5ba,aa\uff5d'.repeat(30),
    ]
    return stalls(() =>
      globs.map((glob) => {
        const policy = scene.read(`scope:\n  exclude: ${JSON.stringify([glob])}\n`)
        return policy && scene.mayWrite('a'.repeat(200), policy)
      }),
    )
  },
})
