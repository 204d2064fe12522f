import { gitCase, useAll } from '../support/git-scene.ts'
import { cloneAsWritten } from '../support/submodules.ts'

export const attack = gitCase({
  mechanism: 'submodules: address',
  gain: 'an option of git, with a program in it, where the address of a submodule is expected',
  async attempt(scene) {
    const url = `--upload-pack=${scene.payload};`
    await scene.write({ '.gitmodules': `[submodule "vendor"]\n\tpath = ../tree\n\turl = "${url}"\n` })
    await scene.commit()
    const open = await scene.open()
    await useAll(open)
    if (scene.defence === 'off') await cloneAsWritten(open.tree)
    return scene.sang()
  },
})
