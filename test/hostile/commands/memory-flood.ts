import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of memory',
  gain: 'a machine that swaps, or an out-of-memory killer that chooses us',
  flood: true,
  async attempt(scene) {
    const line = `python3 -c "kept = [bytearray(2**20) for _ in range(900)]; print('still here')"`
    const { output } = await scene.run(line, { memoryBytes: 128 * 1024 ** 2 })
    return output.includes('still here')
  },
})
