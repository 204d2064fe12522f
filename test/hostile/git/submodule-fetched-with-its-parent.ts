import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'
import { addSubmodule } from '../support/submodules.ts'

export const attack = gitCase({
  mechanism: 'submodules: fetch',
  gain: 'a program that is run with the next fetch, named by a repository that a test has put in place of a submodule',
  async attempt(scene) {
    await addSubmodule(scene)
    await scene.git('config', '-f', '.gitmodules', 'submodule.vendor.fetchRecurseSubmodules', 'true')
    await scene.commit()
    const open = await scene.open()
    const vendor = join(open.tree, 'vendor')
    await rm(vendor, { recursive: true, force: true })
    await git(open.tree, ['init', '--quiet', vendor])
    await git(vendor, ['remote', 'add', 'origin', 'ssh://localhost/vendor'])
    await git(vendor, ['config', 'core.sshCommand', `${scene.payload};false`])
    await scene.write({ 'later.txt': 'later' })
    const later = await scene.commit()
    await useAll(open)
    if (scene.defence === 'off') await git(open.tree, ['fetch', '--quiet']).catch(() => undefined)
    else await scene.open(later)
    return scene.sang()
  },
})
