import { webCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'proxy: name of a private address',
  gain: 'services of the machine under a name that the repository may list',
  async attempt(scene) {
    const canary = await webCanary(scene)
    const names = ['localhost', 'localhost.', 'LOCALHOST', 'tool.localhost', '0.0.0.0', '127.1']
    const { output } = await scene.run({
      line: await scene.python(get, canary.port, ...names),
      network: { allowedHosts: names.map((name) => `${name}:${canary.port}`) },
    })
    return output.includes(scene.token)
  },
})

const get = `
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlparse(os.environ['HTTP_PROXY'])
for name in sys.argv[2:]:
    peer = socket.create_connection((proxy.hostname, proxy.port), 3)
    peer.sendall(('GET http://%s:%s/ HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' % (name, sys.argv[1])).encode())
    while chunk := peer.recv(4096): print(chunk.decode())
`
