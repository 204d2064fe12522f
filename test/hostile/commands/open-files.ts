import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of open files',
  gain: 'a machine without a free file handle',
  flood: true,
  async attempt(scene) {
    const { output } = await scene.run(
      `python3 -c "kept = [open('/dev/null') for _ in range(5000)]; print('still here')"`,
      { openFiles: 128 },
    )
    return output.includes('still here')
  },
})
