import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of processes',
  gain: 'a machine without a free process',
  flood: true,
  async attempt(scene) {
    const { output, limit } = await scene.run(await scene.python(bomb), { processes: 40, deadlineMs: 15_000 })
    return limit === undefined && output.includes('still here')
  },
})

const bomb = `
import os, time
made = 0
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        made += 1
    except OSError:
        pass
    time.sleep(0.002)
print('still here' if made > 100 else 'held')
`
