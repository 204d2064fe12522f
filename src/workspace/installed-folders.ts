// Folders that an install makes. A repository that does not ignore them would lose them with every step back, and
// its checks with them; and thousands of foreign files would count as its change.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeEntry } from './objects.ts'

const installed = [
  { pattern: 'node_modules/', tracked: /(^|\/)node_modules\// },
  { pattern: '.venv/', tracked: /(^|\/)\.venv\// },
  { pattern: '*.egg-info/', tracked: /\.egg-info\// },
]

/** What cargo writes where it is started; only where the base is built by it, since both names may mean anything else. */
const ofCargo = [
  { pattern: 'target/', tracked: /(^|\/)target\// },
  { pattern: 'Cargo.lock', tracked: /(^|\/)Cargo\.lock$/ },
]

/** Makes git pass over them, except for those that the base itself holds: a change in there is one like any other. */
export async function ignoreInstalled(gitDir: string, base: TreeEntry[]): Promise<void> {
  const names = base.map(({ name }) => name.toString('latin1'))
  const made = names.some((name) => /(^|\/)Cargo\.toml$/.test(name)) ? [...installed, ...ofCargo] : installed
  const ignored = made.filter(({ tracked }) => !names.some((name) => tracked.test(name)))
  await writeFile(join(gitDir, 'info/exclude'), ignored.map(({ pattern }) => `${pattern}\n`).join(''))
}
