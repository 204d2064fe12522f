import { join } from 'node:path'
import { git } from '../../workspace/sources.ts'
import { gitCase, textOf } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'replace refs',
  gain: 'other content than that of the commit whose SHA was checked',
  async attempt(scene) {
    const commit = await scene.git('rev-parse', 'HEAD')
    await scene.write({ 'a.txt': 'replaced\n' })
    await scene.git('replace', commit, await scene.commit())
    const open =
      scene.defence === 'on' ? await scene.open(commit) : await openMirrored(scene.source, scene.outside, commit)
    return (await textOf(join(open.tree, 'a.txt'))) === 'replaced\n'
  },
})

async function openMirrored(source: string, folder: string, commit: string) {
  await git(folder, ['clone', '--quiet', '--mirror', source, 'mirror.git'])
  await git(folder, [`--git-dir=${folder}/mirror.git`, `--work-tree=${folder}`, 'checkout', '--force', commit])
  return { tree: folder }
}
