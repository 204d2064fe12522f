import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: globs',
  gain: 'a service that stands still at every write',
  flood: true,
  async attempt(scene) {
    const globs = [
      `${'{a,aa}'.repeat(7)}b`,
      `${'*a*a*a/'.repeat(25)}b`,
      `${'?*'.repeat(60)}b`,
      `${'**/'.repeat(40)}x`,
      `${'[a-z]*'.repeat(30)}9`,
      '\uff0a'.repeat(100).concat('b'),
    ]
    const policy = scene.read(`scope:\n  exclude: ${JSON.stringify(globs)}\n`)
    const paths = ['a'.repeat(250), `${'a'.repeat(30)}/`.repeat(8).concat('c'), 'a/'.repeat(140).concat('y')]
    return policy === undefined || stalls(() => paths.map((path) => scene.mayWrite(path, policy)))
  },
})
