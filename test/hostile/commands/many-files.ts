import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of the disk',
  gain: 'a full disk by many files, each of which is small enough',
  flood: true,
  async attempt(scene) {
    const line =
      'for i in 1 2 3 4 5 6 7 8 9; do head -c 12000000 /dev/zero > f$i; sleep 0.2; done; sleep 5; echo still here'
    const { output, limit } = await scene.run(line, { diskBytes: 40 * 1024 ** 2 })
    return output.includes('still here') || limit !== 'disk'
  },
})
