import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createBubblewrapSandbox } from '../../../src/sandbox/bubblewrap-sandbox.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'planted program',
  gain: 'a program of the repository run by us, outside of every wall: npm puts node_modules/.bin in front of PATH',
  async attempt(scene) {
    const bin = join(scene.tree, 'node_modules/.bin')
    await mkdir(bin, { recursive: true })
    const canary = join(scene.root, 'canary')
    for (const name of ['bwrap', 'socat', 'git'])
      await writeFile(join(bin, name), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 })
    const hostEnv = { HOME: process.env.HOME, PATH: `node_modules/.bin:.:${bin}:${process.env.PATH}` }
    if (scene.defence === 'on') await createBubblewrapSandbox({ hostEnv }).probe()
    else await scene.run({ line: 'bwrap --help', env: { PATH: hostEnv.PATH } })
    return existsSync(canary)
  },
})
