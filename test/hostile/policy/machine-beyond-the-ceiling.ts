import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'resources beyond the ceiling',
  gain: 'the whole machine for one command',
  async attempt(scene) {
    const policy = scene.read(
      'sandbox:\n  memoryMiB: 262144\n  processes: 32768\n  cpus: 128\n  commandMinutes: 240\nconcurrency: 100\n',
    )
    return (
      policy !== undefined &&
      (policy.sandbox.memoryMiB > 16_384 ||
        policy.sandbox.processes > 2_048 ||
        policy.sandbox.cpus > 8 ||
        policy.concurrency > 5)
    )
  },
})
