import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'hosts',
  gain: 'every host of the internet, or a path to a service inside',
  async attempt(scene) {
    const hosts = [
      '*',
      '*.*',
      '0.0.0.0/0',
      'http://example.org',
      'example.org/path',
      'user@example.org',
      'example.org:0x50',
      '[::1]:80',
      '::1',
      'a b',
      'example.org\\n127.0.0.1',
      '',
    ]
    return hosts.some((host) => scene.read(`sandbox:\n  allowedHosts: [${JSON.stringify(host)}]\n`) !== undefined)
  },
})
