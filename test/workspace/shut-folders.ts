// Run as an ordinary user: root may enter everything, and would show nothing.
// Arguments: data folder, source repository, commit. Prints what it saw as JSON.
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'

const [root = '', url = '', commit = ''] = process.argv.slice(2)
const workspaces = createGitWorkspaces({ root, hostEnv: process.env })
const workspace = await workspaces.open({ repositoryKey: 'local:source', url, env: {}, commit, runId: 'r-1' })
const inTree = (name: string) => join(workspace.tree, name)

const before = await workspace.checkpoint()
await writeFile(inTree('folder/b.txt'), 'changed\n')
await chmod(inTree('folder/b.txt'), 0)
await chmod(inTree('folder'), 0)
const changes = await workspace.changes(await workspace.checkpoint())

await mkdir(inTree('new/deep'), { recursive: true })
await writeFile(inTree('new/deep/n.txt'), 'n\n')
for (const name of ['new/deep', 'new', 'folder']) await chmod(inTree(name), 0)
await workspace.restore(before)
const restored = { names: (await readdir(workspace.tree)).sort(), text: await readFile(inTree('folder/b.txt'), 'utf8') }

await chmod(inTree('folder'), 0)
await mkdir(join(workspace.home, 'cache/x'), { recursive: true })
await chmod(join(workspace.home, 'cache'), 0)
await workspace.close()
const left = await readdir(join(root, 'runs'))
process.stdout.write(JSON.stringify({ changed: changes.map(({ path }) => path), restored, left }))
