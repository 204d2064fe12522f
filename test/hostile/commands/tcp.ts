import { webCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'network: TCP',
  gain: 'any service of this machine and its network',
  async attempt(scene) {
    const { host, port } = await webCanary(scene)
    const { output } = await scene.run(await scene.python(get, host, port))
    return output.includes(scene.token)
  },
})

const get = `
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)
peer.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
print(peer.recv(4096).decode())
print(peer.recv(4096).decode())
`
