import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'sockets of other families',
  gain: 'the hypervisor by AF_VSOCK, which no network namespace holds back; packets and netlink besides',
  async attempt(scene) {
    const { output } = await scene.run(await scene.python(open))
    return output.includes('opened')
  },
})

const open = `
import socket
for family, kind, protocol in ((40, socket.SOCK_STREAM, 0), (16, socket.SOCK_RAW, 15), (17, socket.SOCK_RAW, 0), (38, socket.SOCK_SEQPACKET, 0)):
    try:
        socket.socket(family, kind, protocol)
        print('opened', family)
    except OSError as error:
        print(family, error)
`
