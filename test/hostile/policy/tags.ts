import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'tags',
  gain: 'objects of other kinds than a policy has',
  async attempt(scene) {
    const tags = [
      '!!js/function "function(){}"',
      '!!binary aGVsbG8=',
      '!!timestamp 2001-01-01',
      '!custom x',
      '!!set {a, b}',
      '!!omap [a: 1]',
    ]
    return tags.some((tag) => scene.read(`label: ${tag}\n`) !== undefined)
  },
})
