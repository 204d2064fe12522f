import { policyCase } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'protected paths opened',
  gain: 'workflows, keys and instruction files, by a policy that includes them',
  async attempt(scene) {
    const policy =
      scene.read(
        'scope:\n  include: [".github/**", "**/*.pem", "AGENTS.md", "**/.env", ".git/**", "package-lock.json"]\n  extensions: [yml, pem, md, env, json, ""]\n',
      ) ??
      scene.read(
        'scope:\n  include: [".github/**", "**/*.pem", "AGENTS.md", "**/.env", ".git/**", "package-lock.json"]\n  extensions: [yml, pem, md, env, json]\n',
      )
    const paths = [
      '.github/workflows/ci.yml',
      'keys/a.pem',
      'AGENTS.md',
      '.env',
      '.git/config',
      'package-lock.json',
      '.GITHUB/x.yml',
    ]
    return policy !== undefined && paths.some((path) => scene.mayWrite(path, policy))
  },
})
