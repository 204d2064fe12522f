import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'exclusions by-passed',
  gain: 'an excluded file, under a name in another Unicode form or case',
  async attempt(scene) {
    const policy = scene.read('scope:\n  exclude: ["geheim/\u00e9tat/**", "Secret/**"]\n')
    const paths = [
      'geheim/e\u0301tat/a.ts',
      'GEHEIM/\u00c9TAT/a.ts',
      'secret/a.ts',
      'SECRET/a.ts',
      'se\u200bcret/a.ts',
      '\uff53ecret/a.ts',
      'secret./a.ts',
      'Secret/sub/../a.ts',
    ]
    if (scene.defence === 'off')
      return !paths.every((path) => policy?.scope.exclude.some((glob) => path.startsWith(glob.replace('/**', ''))))
    return policy !== undefined && paths.some((path) => scene.mayWrite(path, policy))
  },
})
