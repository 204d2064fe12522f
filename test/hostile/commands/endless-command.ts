import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'flood of time',
  gain: 'a worker that waits for ever',
  flood: true,
  async attempt(scene) {
    const { limit } = await scene.run("trap '' TERM INT HUP QUIT; while :; do :; done", { deadlineMs: 500 })
    return limit !== 'deadline'
  },
})
