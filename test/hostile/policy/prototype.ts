import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'prototype',
  gain: 'settings that no file shows, for every later policy',
  async attempt(scene) {
    scene.read('__proto__:\n  polluted: true\nconstructor:\n  prototype:\n    polluted: true\n')
    const policy = scene.read('limits:\n  __proto__:\n    usd: 999\n')
    return 'polluted' in {} || policy !== undefined
  },
})
