// `files()` looks without recording; it must name what a checkpoint would record, whatever stands in the work tree.
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
  await write(bench.source, {
    ...{ 'a.txt': 'a\n', 'both.txt': 'b\n', 'gone.txt': 'g\n', 'kept.log': 'tracked, though ignored\n' },
    ...{ 'turned/x.txt': 'x\n', 'turned/y.txt': 'y\n', 'same.txt': 's\n', '.gitignore': '*.log\n' },
  })
  await symlink('a.txt', join(bench.source, 'link'))
  await commitAll(bench.source)
})
afterEach(() => closeBench(bench))

/** Everything that a command can leave behind in one go. */
async function wreck(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name)
  await write(folder, {
    'both.txt': 'changed\n',
    'new.log': 'ignored\n',
    'line\nbreak "ä".txt': 'n\n',
    '.env.d/x': 'e\n',
  })
  await rm(at('gone.txt'))
  await rm(at('a.txt'))
  await write(folder, { 'a.txt/inside.txt': 'a folder now\n' })
  await rm(at('turned'), { recursive: true })
  await writeFile(at('turned'), 'a file now\n')
  await rm(at('link'))
  execFileSync('mkfifo', [at('link')])
  await rename(at('same.txt'), at('moved.txt'))
  await mkdir(at('nested'))
  await git(at('nested'), ['init', '--quiet'])
  await write(at('nested'), { 'theirs.txt': 't\n' })
  await git(at('nested'), ['add', '--all'])
  await git(at('nested'), ['commit', '--quiet', '-m', 'theirs'])
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x62, 0xff])]), 'no UTF-8\n')
}

const after = [
  ...[
    '.env.d/x',
    '.gitignore',
    'a.txt/inside.txt',
    'both.txt',
    'kept.log',
    'line\nbreak "ä".txt',
    'moved.txt',
    'turned',
  ],
]

it('names what stands there now, before and after it is recorded', async () => {
  const workspace = await bench.open()
  await wreck(workspace.tree)
  expect(await workspace.files()).toEqual(after)
  await workspace.checkpoint()
  expect(await workspace.files()).toEqual(after)
})

it('notes what is left out, each once', async () => {
  const workspace = await bench.open()
  await wreck(workspace.tree)
  await workspace.files()
  await workspace.files()
  expect(workspace.notes).toEqual([
    'Nested git repositories in the work tree were left out: `nested/`.',
    'New files whose names are not UTF-8 were left out: `b\\xff`.',
  ])
})

it('records nothing: the index is as it was', async () => {
  const workspace = await bench.open()
  const before = await workspace.checkpoint()
  const objects = () => readdir(join(workspace.tree, '..', 'git', 'objects'))
  const known = await objects()
  await wreck(workspace.tree)
  await workspace.files()
  expect(await objects()).toEqual(known)
  await workspace.restore(before)
  expect(await workspace.files()).toContain('turned/x.txt')
})

it('leaves out submodules, whatever stands in their place', async () => {
  const theirs = join(bench.folder, 'theirs')
  await git(bench.folder, ['init', '--quiet', '--initial-branch=main', theirs])
  await write(theirs, { 'x.txt': 'x\n' })
  await commitAll(theirs)
  await git(bench.source, ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', theirs, 'sub'])
  await commitAll(bench.source)
  const workspace = await bench.open()
  const before = await workspace.files()
  expect(before).not.toContain('sub')
  await write(workspace.tree, { 'sub/y.txt': 'y\n' })
  await workspace.checkpoint()
  expect(await workspace.files()).toEqual(before)
})
