import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, textOf } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'symbolic link',
  gain: 'files outside, deleted or written when we put the work tree back',
  async attempt(scene) {
    // From a hundred files on git writes them with several processes.
    const many = Array.from({ length: 120 }, (_, at) => [`folder/${at}.txt`, 'x'] as const)
    await scene.write({ 'folder/keep.txt': 'x', ...Object.fromEntries(many) })
    await scene.commit()
    await write(scene.outside, { 'b.txt': 'precious', 'keep.txt': 'precious' })
    const open = await scene.open()
    const before = await open.checkpoint()
    await rm(join(open.tree, 'folder'), { recursive: true })
    await symlink(scene.outside, join(open.tree, 'folder'))
    if (scene.defence === 'on') await open.restore(before)
    else await writeFile(join(open.tree, 'folder/b.txt'), 'b\n')
    const left = await readdir(scene.outside)
    return left.length > 2 || (await textOf(join(scene.outside, 'b.txt'))) !== 'precious'
  },
})
