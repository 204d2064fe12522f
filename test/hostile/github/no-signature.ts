import { send } from '../../intake/listening.ts'
import { forged } from '../support/events.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'forged delivery',
  gain: 'the same without a signature, or with one of an older kind',
  async attempt(scene) {
    for (const signature of [
      undefined,
      '',
      'sha256=',
      `sha256=${'0'.repeat(64)}`,
      'sha1=0000000000000000000000000000000000000000',
    ])
      await send(scene.url, forged(scene), { 'x-hub-signature-256': signature, 'x-hub-signature': signature })
    return (await scene.runs()) > 0
  },
})
