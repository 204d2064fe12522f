import { join } from 'node:path'
import { commitAll, git, write } from '../../workspace/sources.ts'
import { gitCase, textOf } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'submodules',
  gain: 'a repository of another customer, cloned from its folder on this machine',
  async attempt(scene) {
    const secret = join(scene.outside, 'secret')
    await git(scene.outside, ['init', '--quiet', secret])
    await write(secret, { 'token.txt': scene.token })
    await commitAll(secret)
    await scene.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', secret, 'vendor')
    await scene.commit()
    const { tree } = await scene.open()
    return (await textOf(join(tree, 'vendor/token.txt'))) === scene.token
  },
})
