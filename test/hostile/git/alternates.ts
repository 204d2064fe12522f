import { join } from 'node:path'
import { commitAll, git, write } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'alternates',
  gain: 'an object of another repository, published as a file of this one',
  async attempt(scene) {
    const secret = join(scene.outside, 'secret')
    await git(scene.outside, ['init', '--quiet', secret])
    await write(secret, { 'token.txt': scene.token })
    await commitAll(secret)
    const blob = await git(secret, ['rev-parse', 'HEAD:token.txt'])
    const open = await scene.open()
    await write(open.tree, { '.git/objects/info/alternates': `${secret}/.git/objects\n` })
    await git(open.tree, ['update-index', '--add', '--cacheinfo', `100644,${blob},stolen.txt`])
    await git(open.tree, ['update-index', '--skip-worktree', 'stolen.txt'])
    const changed = await open.changed(await open.checkpoint())
    return Object.values(changed).some((content) => content.includes(scene.token))
  },
})
