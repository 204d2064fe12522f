import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase, useAll } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'attributes: diff',
  gain: 'a program run to show a difference',
  async attempt(scene) {
    await scene.write({ '.gitattributes': '* diff=evil\n' })
    await scene.commit()
    const open = await scene.open()
    await appendFile(
      join(open.tree, '.git/config'),
      `[diff "evil"]\n\ttextconv = ${scene.payload}; cat\n\tcommand = ${scene.payload}\n`,
    )
    await write(open.tree, { 'a.txt': 'two\n' })
    await useAll(open)
    return scene.sang()
  },
})
