import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of the disk',
  gain: 'a full disk by one file',
  flood: true,
  async attempt(scene) {
    const { output } = await scene.run('head -c 100000000 /dev/zero > big && echo still here', {
      fileBytes: 8 * 1024 ** 2,
    })
    return output.includes('still here')
  },
})
