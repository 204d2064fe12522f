import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of memory',
  gain: 'memory that no process seems to hold: files in /dev/shm and /tmp',
  flood: true,
  async attempt(scene) {
    const line =
      'head -c 300000000 /dev/zero > /dev/shm/a || head -c 300000000 /dev/zero > /tmp/a; for i in 1 2 3 4; do head -c 60000000 /dev/zero > /tmp/$i; head -c 60000000 /dev/zero > /dev/shm/$i; done && echo still here'
    const { output } = await scene.run(line, { memoryBytes: 128 * 1024 ** 2 })
    return output.includes('still here')
  },
})
