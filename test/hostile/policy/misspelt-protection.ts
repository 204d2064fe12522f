import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'misspelt keys',
  gain: 'a folder that everybody believes to be excluded',
  async attempt(scene) {
    const texts = [
      'scope:\n  exlude: [secrets/**]\n',
      'scopes:\n  exclude: [secrets/**]\n',
      'limit:\n  usd: 1\n',
      'Limits:\n  usd: 1\n',
      'approval:\n  path: [secrets/**]\n',
    ]
    return texts.some((text) => scene.read(text) !== undefined)
  },
})
