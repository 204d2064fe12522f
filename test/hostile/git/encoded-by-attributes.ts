import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'attributes: encodings',
  gain: 'a file whose published bytes are others than the verified ones',
  async attempt(scene) {
    const open = await scene.open()
    await write(open.tree, { '.gitattributes': '*.sh text eol=lf ident working-tree-encoding=UTF-16LE\n' })
    await writeFile(join(open.tree, 'run.sh'), Buffer.from('echo hidden\n', 'utf16le'))
    const changed = await open.changed(await open.checkpoint())
    return changed['run.sh'] === 'echo hidden' || changed['run.sh'] === 'echo hidden\n'
  },
})
