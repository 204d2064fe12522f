import { metadataCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'metadata server',
  gain: 'the cloud role of the machine',
  async attempt(scene) {
    const { token } = await metadataCanary()
    const { output } = await scene.run(await scene.python(get, 'http://169.254.169.254/latest/meta-data/'))
    return output.includes(token)
  },
})

const get = `
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(opener.open(sys.argv[1], timeout=3).read().decode())
`
