import { createHmac } from 'node:crypto'
import { send } from '../../intake/listening.ts'
import { forged } from '../support/events.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'forged delivery',
  gain: 'the same with a signature that was seen elsewhere',
  async attempt(scene) {
    const seen = createHmac('sha256', 'webhook-secret').update('{}').digest('hex')
    await send(scene.url, forged(scene), { 'x-hub-signature-256': `sha256=${seen}` })
    return (await scene.runs()) > 0
  },
})
