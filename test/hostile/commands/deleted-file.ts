import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of the disk',
  gain: 'a full disk by files that no look at the work tree finds, since they have no name any more',
  flood: true,
  async attempt(scene) {
    const { output, limit } = await scene.run(await scene.python(hoard), { diskBytes: 40 * 1024 ** 2 })
    return output.includes('still here') || limit !== 'disk'
  },
})

const hoard = `
import os, time
kept = []
for index in range(10):
    kept.append(open('hidden', 'wb'))
    os.unlink('hidden')
    kept[-1].write(bytes(12_000_000))
    kept[-1].flush()
time.sleep(5)
print('still here')
`
