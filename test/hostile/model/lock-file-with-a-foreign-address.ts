import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'lock file',
  gain: 'a package from a host of the attacker, at the next install of everybody',
  async attempt(scene) {
    const lock = JSON.stringify({ packages: { 'node_modules/a': { resolved: 'https://example.org/a.tgz' } } })
    const paths = [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'packages/a/package-lock.json',
      'Pipfile.lock',
      'uv.lock',
      'Cargo.lock',
      'go.sum',
      'Gemfile.lock',
      'composer.lock',
      'requirements.txt.lock',
      'bun.lock',
      'deno.lock',
      'packages.lock.json',
    ]
    return (await scene.written(Object.fromEntries(paths.map((path) => [path, lock])))).length > 0
  },
})
