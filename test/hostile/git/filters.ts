import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'attributes: filter',
  gain: 'a program run for each file that is added or checked out',
  async attempt(scene) {
    await scene.write({ '.gitattributes': '* filter=evil\n' })
    await scene.commit()
    const open = await scene.open()
    await appendFile(
      join(open.tree, '.git/config'),
      `[filter "evil"]\n\tclean = ${scene.payload}; cat\n\tsmudge = ${scene.payload}; cat\n`,
    )
    await write(open.tree, { 'a.txt': 'two\n' })
    await useAll(open)
    return scene.sang()
  },
})
