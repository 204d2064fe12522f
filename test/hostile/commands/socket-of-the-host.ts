import { join } from 'node:path'
import { socketCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'socket of the host',
  gain: 'a container engine, and with it the machine',
  async attempt(scene) {
    const path = join(scene.root, 'engine.sock')
    await socketCanary(scene, path)
    const { output } = await scene.run(await scene.python(greet, path))
    return output.includes(`heard ${scene.token}`)
  },
})

const greet = `
import socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
print('heard', peer.recv(200).decode())
`
