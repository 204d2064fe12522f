import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'limits beyond the ceiling',
  gain: 'a change that nobody can review, from a repository that fills the disk',
  async attempt(scene) {
    const policy = scene.read(
      'limits:\n  files: 1000\n  addedLines: 100000\n  repositoryMiB: 1000000\n  verifyRounds: 20\n',
    )
    return (
      policy !== undefined &&
      (policy.limits.files > 50 || policy.limits.addedLines > 3_000 || policy.limits.repositoryMiB > 8_192)
    )
  },
})
