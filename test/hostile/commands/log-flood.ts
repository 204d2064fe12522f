import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of output',
  gain: 'a full disk, or our memory, by what a command prints',
  flood: true,
  async attempt(scene) {
    const before = process.memoryUsage().rss
    const { output } = await scene.run({
      line: 'yes | head -c 120000000',
      outputBytes: 10_000,
      logFile: join(scene.root, 'log'),
    })
    const { size } = await stat(join(scene.root, 'log'))
    return output.length > 20_000 || size > 65 * 1024 ** 2 || process.memoryUsage().rss - before > 150 * 1024 ** 2
  },
})
