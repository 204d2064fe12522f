import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'path around the walls',
  gain: 'the root of the host through /proc and `..`',
  async attempt(scene) {
    const file = await scene.plant('outside/target')
    const { output } = await scene.run(
      `cat /proc/1/root${file}; for root in /proc/[0-9]*/root /proc/[0-9]*/cwd; do cat "$root${file}"; cat "$root/../../../../../../..${file}"; done; cat ../../../outside/target`,
    )
    return output.includes(scene.token)
  },
})
