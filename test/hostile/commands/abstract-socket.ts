import { socketCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'abstract socket',
  gain: 'services of the host that listen without a file, such as a desktop bus',
  async attempt(scene) {
    await socketCanary(scene, `\0draftsmith-${scene.token}`)
    const { output } = await scene.run(await scene.python(greet, scene.token))
    return output.includes(`heard ${scene.token}`)
  },
})

const greet = `
import socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.connect('\\0draftsmith-' + sys.argv[1])
print('heard', peer.recv(200).decode())
`
