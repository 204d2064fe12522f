import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'branch names',
  gain: 'a branch of somebody else, or an option of git',
  async attempt(scene) {
    const prefixes = [
      'refs/heads/main',
      '/main',
      '../main',
      'main..',
      'a//b',
      'a.lock/',
      '-delete',
      '--force',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a@{',
      '.hidden/',
      'a/.b',
      'a\\b',
      '@',
    ]
    return prefixes.some(
      (prefix) => scene.read(`pullRequest:\n  branchPrefix: ${JSON.stringify(prefix)}\n`) !== undefined,
    )
  },
})
