import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'user namespaces',
  gain: 'root and all its capabilities within a namespace, from where most holes of kernels are reached',
  async attempt(scene) {
    const { output } = await scene.run(
      'unshare -Urm sh -c "mount -t tmpfs none /tmp && echo mounted"; unshare -Urn sh -c "ip link set lo up && echo mounted"',
    )
    return output.includes('mounted')
  },
})
