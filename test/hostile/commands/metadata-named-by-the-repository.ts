import { metadataCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'metadata server',
  gain: 'the same, where sandbox.allowedHosts or an .npmrc of the repository names the address',
  async attempt(scene) {
    const { token } = await metadataCanary()
    const { output } = await scene.run({
      line: await scene.python(get, 'http://169.254.169.254/latest/meta-data/'),
      network: { allowedHosts: ['169.254.169.254', '169.254.169.254:80'] },
    })
    return output.includes(token)
  },
})

const get = `
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=3).read().decode())
`
