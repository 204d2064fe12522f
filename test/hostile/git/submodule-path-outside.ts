import { relative } from 'node:path'
import { gitCase, textOf, useAll } from '../support/git-scene.ts'
import { addSubmodule, cloneAsWritten } from '../support/submodules.ts'

export const attack = gitCase({
  mechanism: 'submodules: path',
  gain: 'files of the attacker outside of the work tree, such as hooks of another repository',
  async attempt(scene) {
    await addSubmodule(scene)
    const there = `${scene.outside}/planted`
    const reached = async (tree: string) => {
      const path = relative(tree, there)
      await scene.git('config', '-f', '.gitmodules', 'submodule.vendor.path', path)
      return scene.commit()
    }
    // Where the work tree will be is known to whoever has seen one.
    const first = await scene.open()
    const open = await scene.open(await reached(first.tree))
    await useAll(open)
    if (scene.defence === 'off') await cloneAsWritten(open.tree)
    return (await textOf(`${there}/s.txt`)) !== ''
  },
})
