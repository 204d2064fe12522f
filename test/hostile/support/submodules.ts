// A repository with a submodule, and the way to get submodules that trusts what the repository says of them.
import { join } from 'node:path'
import { execa } from 'execa'
import { commitAll, git, write } from '../../workspace/sources.ts'
import type { GitScene } from './git-scene.ts'

/** At `vendor`; answers the folder that it is cloned from. */
export async function addSubmodule(scene: GitScene): Promise<string> {
  const submodule = join(scene.outside, 'submodule')
  await git(scene.outside, ['init', '--quiet', '--initial-branch=main', submodule])
  await write(submodule, { 's.txt': 's' })
  await commitAll(submodule)
  await scene.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', submodule, 'vendor')
  await scene.commit()
  return submodule
}

/** Git itself has refused such an address since 2.20 and such a path since 2.17; a script that reads `.gitmodules` does not. */
export async function cloneAsWritten(tree: string): Promise<void> {
  const said = (key: string) => git(tree, ['config', '-f', '.gitmodules', `submodule.vendor.${key}`])
  await execa('git', ['clone', '--quiet', await said('url'), await said('path')], { cwd: tree, reject: false })
}
