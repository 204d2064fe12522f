import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write } from '../../workspace/sources.ts'
import { gitCase } from '../support/git-scene.ts'

/** Two files to us, one to a file system that folds case or composes letters. */
const names = ['A.txt', 'caf\u00e9.txt', 'cafe\u0301.txt']

export const attack = gitCase({
  mechanism: 'names that file systems fold',
  gain: 'a file that the checks see and the pull request does not have: git takes it for one that it knows',
  async attempt(scene) {
    const open = await scene.open()
    await appendFile(join(open.tree, '.git/config'), '[core]\n\tignorecase = true\n\tprecomposeunicode = true\n')
    await write(open.tree, Object.fromEntries(names.map((name) => [name, name])))
    const changed = await open.changed(await open.checkpoint())
    return names.some((name) => changed[name] !== name)
  },
})
