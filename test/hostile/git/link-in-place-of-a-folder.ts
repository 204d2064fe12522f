import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, textOf } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'symbolic link',
  gain: 'files outside, deleted or written when we put the work tree back',
  async attempt(scene) {
    await scene.write({ 'folder/keep.txt': 'x' })
    await scene.commit()
    await write(scene.outside, { 'b.txt': 'precious', 'keep.txt': 'precious' })
    const open = await scene.open()
    const before = await open.checkpoint()
    await rm(join(open.tree, 'folder'), { recursive: true })
    await symlink(scene.outside, join(open.tree, 'folder'))
    if (scene.defence === 'on') await open.restore(before)
    else await writeFile(join(open.tree, 'folder/b.txt'), 'b\n')
    return (await textOf(join(scene.outside, 'b.txt'))) !== 'precious'
  },
})
