import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, textOf, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'configuration: core.worktree',
  gain: 'files outside of the work tree, written by our own checkout',
  async attempt(scene) {
    const open = await scene.open()
    const before = await open.checkpoint()
    await write(scene.outside, { 'a.txt': 'precious\n' })
    await appendFile(join(open.tree, '.git/config'), `[core]\n\tworktree = ${scene.outside}\n`)
    await open.restore(before)
    await useAll(open)
    return (await textOf(join(scene.outside, 'a.txt'))) !== 'precious\n'
  },
})
