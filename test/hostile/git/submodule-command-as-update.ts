import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commitAll, git, write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'
import { addSubmodule } from '../support/submodules.ts'

export const attack = gitCase({
  mechanism: 'submodules: update',
  gain: 'a command that git runs in place of checking a submodule out, left in the configuration by a test',
  async attempt(scene) {
    const submodule = await addSubmodule(scene)
    const open = await scene.open()
    await appendFile(join(open.tree, '.git/config'), `[submodule "vendor"]\n\tupdate = "!${scene.payload};:"\n`)
    await write(submodule, { 'later.txt': 'later' })
    const later = await commitAll(submodule)
    await git(open.tree, ['update-index', '--add', '--cacheinfo', `160000,${later},vendor`])
    if (scene.defence === 'on') await useAll(open)
    else await git(open.tree, ['-c', 'protocol.file.allow=always', 'submodule', 'update'])
    return scene.sang()
  },
})
