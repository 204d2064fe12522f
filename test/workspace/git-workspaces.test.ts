import { watch } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cloneFailed } from '../../src/workspace/repository-faults.ts'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench()
})

afterEach(async () => {
  await closeBench(bench)
})

/** The git directory of the one mirror. */
async function mirrorOf({ root }: Bench): Promise<string> {
  const [mirror = ''] = await readdir(join(root, 'mirrors'))
  return join(root, 'mirrors', mirror, 'repository.git')
}

describe('opening', () => {
  it('puts the files of exactly that commit into the work tree', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const first = await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'two\n' })
    await commitAll(bench.source)
    const workspace = await bench.open(first)
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n')
    expect(await readdir(workspace.home)).toEqual([])
    expect(workspace.baseCommit).toBe(first)
  })

  it('does not fetch again what the mirror has', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    await (await bench.open(commit)).close()
    await rename(bench.source, `${bench.source}-gone`)
    const again = await bench.open(commit, 'r-0000000002')
    expect(await again.files()).toEqual(['a.txt'])
  })

  it('fetches a commit that came later, and keeps the history', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await bench.open(await commitAll(bench.source))
    await write(bench.source, { 'a.txt': 'one\ntwo\n' })
    const later = await commitAll(bench.source)
    const workspace = await bench.open(later, 'r-0000000002')
    expect(await workspace.blame(['a.txt'])).toEqual([{ email: 'ada@example.org', lines: 2 }])
    expect(await git(await mirrorOf(bench), ['rev-list', '--count', later])).toBe('2')
  })

  it('takes a commit that is on no branch', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    await git(bench.source, ['checkout', '--quiet', '--detach'])
    await write(bench.source, { 'b.txt': 'two\n' })
    const loose = await commitAll(bench.source)
    await git(bench.source, ['checkout', '--quiet', 'main'])
    expect(await (await bench.open(loose)).files()).toEqual(['a.txt', 'b.txt'])
  })

  it('serves several runs of one repository that start at once', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    const runs = await Promise.all(['r-1', 'r-2', 'r-3'].map((runId) => bench.open(commit, runId)))
    expect(await Promise.all(runs.map((run) => run.files()))).toEqual([['a.txt'], ['a.txt'], ['a.txt']])
  })

  it('writes nothing into a mirror that has the commit, where another run clears leftovers away', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    await bench.open(commit)
    const written: string[] = []
    const watcher = watch(await mirrorOf(bench), { recursive: true }, (_, name) => written.push(String(name)))
    const second = await bench.open(commit, 'r-0000000002')
    await second.files()
    await readFile(join(second.tree, '.git/HEAD'), 'utf8')
    await writeFile(join(await mirrorOf(bench), 'last'), '')
    await expect.poll(() => written).toContain('last')
    watcher.close()
    expect(written.filter((name) => name !== 'last')).toEqual([])
  })

  it('takes a shallow clone as it is', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'two\n' })
    const commit = await commitAll(bench.source)
    const shallow = join(bench.folder, 'shallow')
    await git(bench.folder, ['clone', '--quiet', '--depth=1', `file://${bench.source}`, shallow])
    const options = { repositoryKey: 'local:shallow', url: shallow, env: {}, commit, runId: 'r-1' }
    const workspace = await bench.workspaces.open(options)
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('two\n')
    expect(await git(await mirrorOf(bench), ['rev-list', '--count', commit])).toBe('1')
  })

  it('reads the history of a shallow clone as far as it goes', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'two\n' })
    const commit = await commitAll(bench.source, 'the last of all')
    const shallow = join(bench.folder, 'shallow')
    await git(bench.folder, ['clone', '--quiet', '--depth=1', `file://${bench.source}`, shallow])
    const options = { repositoryKey: 'local:shallow', url: shallow, env: {}, commit, runId: 'r-1' }
    const workspace = await bench.workspaces.open(options)
    expect(await workspace.recentSubjects()).toEqual(['the last of all'])
    const fresh = await workspace.fresh(await workspace.checkpoint())
    expect(await fresh.recentSubjects()).toEqual(['the last of all'])
    expect(await fresh.blame(['a.txt'])).toMatchObject([{ lines: 1 }])
  })

  it('starts the same run again from nothing', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    const first = await bench.open()
    await write(first.tree, { 'left.txt': 'over' })
    expect(await (await bench.open()).files()).toEqual(['a.txt'])
  })

  it.each([
    ['-x', '--upload-pack=touch canary'],
    ['$(touch canary)', '`touch canary`;"\''],
  ])('is not led astray by branches named %s and %s', async (...names) => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    // Git's own commands refuse some of these names; a server need not.
    const refs = names.map((name) => name.replaceAll(' ', '')).map((name) => `${commit} refs/heads/${name}\n`)
    await writeFile(join(bench.source, '.git/packed-refs'), `# pack-refs with: peeled \n${refs.join('')}`)
    expect(await (await bench.open(commit)).files()).toEqual(['a.txt'])
    expect(await readdir(bench.root)).not.toContain('canary')
  })

  it('says so when the repository is empty', async () => {
    await expect(bench.open('a'.repeat(40))).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'repository_empty',
      message: 'The repository has no commits yet.',
    })
  })

  it('says so when the commit is missing', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    const missing = 'a'.repeat(40)
    await expect(bench.open(missing)).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'commit_missing',
      message: `The repository has no commit ${missing}.`,
    })
  })

  it("says git's own last line when there is nothing to fetch from", async () => {
    const url = join(bench.folder, 'nowhere')
    const options = { repositoryKey: 'local:nowhere', url, env: {}, commit: 'a'.repeat(40), runId: 'r-1' }
    await expect(bench.workspaces.open(options)).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'clone_failed',
      message: expect.stringContaining('does not appear to be a git repository'),
    })
  })

  it('knows a server that is away from a repository that cannot be fetched', async () => {
    // Nobody listens there, and nothing is asked beyond this machine.
    const options = { repositoryKey: 'x', url: 'http://127.0.0.1:9/x', env: {}, commit: 'a'.repeat(40), runId: 'r-1' }
    await expect(bench.workspaces.open(options)).rejects.toMatchObject({ code: 'git_server_unreachable' })
  })

  it.each([429, 500, 503])('knows the %i of a server from its refusals', (status) => {
    const reason = `fatal: unable to access 'https://github.com/acme/shop/': The requested URL returned error: ${status}`
    expect(cloneFailed(reason)).toMatchObject({ class: 'infrastructure', code: 'git_server_unreachable' })
    expect(cloneFailed(reason.replace(`${status}`, '403'))).toMatchObject({ code: 'clone_failed' })
  })

  it.each(['ext::sh -c touch% canary', 'ssh://localhost/x', 'git://localhost/x'])('never clones by %s', async (url) => {
    const options = { repositoryKey: 'x', url, env: {}, commit: 'a'.repeat(40), runId: 'r-1' }
    await expect(bench.workspaces.open(options)).rejects.toMatchObject({
      code: 'clone_failed',
      message: expect.stringContaining('not allowed'),
    })
  })
})

describe('checkpoints', () => {
  beforeEach(async () => {
    await write(bench.source, {
      'a.txt': 'one\n',
      'folder/b.txt': 'b\n',
      'run.sh': '#!/bin/sh\n',
      '.gitignore': 'node_modules/\n*.log\n',
    })
    await symlink('a.txt', join(bench.source, 'link'))
    await chmod(join(bench.source, 'run.sh'), 0o755)
    await commitAll(bench.source)
  })

  it('are the same tree as long as nothing changed', async () => {
    const workspace = await bench.open()
    expect(await workspace.checkpoint()).toBe(await git(bench.source, ['rev-parse', 'HEAD^{tree}']))
  })

  it('record what git itself would, and leave out what is ignored', async () => {
    const workspace = await bench.open()
    const change = async (folder: string) => {
      await write(folder, { 'a.txt': 'two\n', 'new/c.txt': 'c\n', 'node_modules/x/i.js': 'x', 'debug.log': 'x' })
      await rm(join(folder, 'folder'), { recursive: true })
      await writeFile(join(folder, 'folder'), 'a file now\n')
      await chmod(join(folder, 'a.txt'), 0o755)
      await rm(join(folder, 'link'))
      await symlink('/etc/passwd', join(folder, 'link'))
    }
    await change(workspace.tree)
    await change(bench.source)
    await git(bench.source, ['add', '--all'])
    expect(await workspace.checkpoint()).toBe(await git(bench.source, ['write-tree']))
    expect(await workspace.files()).toEqual(['.gitignore', 'a.txt', 'folder', 'link', 'new/c.txt', 'run.sh'])
  })

  it('can be gone back to, exactly, and ignored files stay', async () => {
    const workspace = await bench.open()
    const good = await workspace.checkpoint()
    await write(workspace.tree, { 'a.txt': 'broken\n', 'new/c.txt': 'c\n', 'node_modules/x/i.js': 'x' })
    await rm(join(workspace.tree, 'folder'), { recursive: true })
    await symlink(bench.source, join(workspace.tree, 'folder'))
    const bad = await workspace.checkpoint()
    await workspace.restore(good)
    expect((await readdir(workspace.tree)).sort()).toEqual(
      ['.git', '.gitignore', 'a.txt', 'folder', 'link', 'node_modules', 'run.sh'].sort(),
    )
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n')
    expect(await readlink(join(workspace.tree, 'link'))).toBe('a.txt')
    expect((await lstat(join(workspace.tree, 'run.sh'))).mode & 0o100).toBe(0o100)
    expect(await readFile(join(bench.source, 'folder/b.txt'), 'utf8')).toBe('b\n')
    expect(await workspace.checkpoint()).toBe(good)
    await workspace.restore(bad)
    expect(await workspace.checkpoint()).toBe(bad)
  })

  it('keep dependencies that nobody ignores, and never count them as a change', async () => {
    await write(bench.source, { '.gitignore': '*.log\n', 'vendored/.venv/kept.txt': 'kept\n' })
    const workspace = await bench.open(await commitAll(bench.source), 'r-0000000002')
    const before = await workspace.checkpoint()
    const installed = { 'node_modules/dep/index.js': 'dep\n', 'packages/a/node_modules/b.js': 'b\n' }
    await write(workspace.tree, installed)
    expect(await workspace.checkpoint()).toBe(before)
    expect(await workspace.files()).not.toContain('node_modules/dep/index.js')
    await workspace.restore(before)
    for (const path of Object.keys(installed)) await lstat(join(workspace.tree, path))
    // What the base itself holds is its own.
    await write(workspace.tree, { 'vendored/.venv/new.txt': 'new\n' })
    expect(await workspace.files()).toContain('vendored/.venv/new.txt')
  })

  it('keep what cargo makes, where the base is built by it', async () => {
    await write(bench.source, { 'api/Cargo.toml': '[package]\n' })
    const workspace = await bench.open(await commitAll(bench.source), 'r-0000000003')
    const before = await workspace.checkpoint()
    await write(workspace.tree, { 'api/target/debug/api': 'x', 'api/Cargo.lock': 'x' })
    expect(await workspace.checkpoint()).toBe(before)
  })

  it('may be asked for at the same time as other things', async () => {
    const workspace = await bench.open()
    await write(workspace.tree, { 'a.txt': 'two\n' })
    const [first, files, second] = await Promise.all([
      workspace.checkpoint(),
      workspace.files(),
      workspace.checkpoint(),
    ])
    expect(first).toBe(second)
    expect(files).toContain('a.txt')
  })

  it('stand in a fresh work tree without anything a command left behind', async () => {
    const workspace = await bench.open()
    await write(workspace.tree, { 'a.txt': 'two\n', 'node_modules/x/i.js': 'x', '.git/hooks/post-checkout': 'x' })
    const treeSha = await workspace.checkpoint()
    const fresh = await workspace.fresh(treeSha)
    expect(await fresh.checkpoint()).toBe(treeSha)
    expect((await readdir(fresh.tree)).sort()).toEqual(
      ['.git', '.gitignore', 'a.txt', 'folder', 'link', 'run.sh'].sort(),
    )
    expect(await readdir(join(fresh.tree, '.git'))).not.toContain('hooks')
    expect((await fresh.diff(treeSha)).files.map(({ path }) => path)).toEqual(['a.txt'])
    await fresh.close()
    expect(await workspace.checkpoint()).toBe(treeSha)
  })
})

describe('patches', () => {
  it('say what changed, line by line', async () => {
    await write(bench.source, { 'a.txt': '1\n2\n3\n', 'gone.txt': 'x\n', 'image.png': Buffer.from([0, 1, 2]) })
    await commitAll(bench.source)
    const workspace = await bench.open()
    await write(workspace.tree, { 'a.txt': '1\nzwei\n3\n4\n', 'new.txt': 'n\n', 'image.png': Buffer.from([0, 9]) })
    await rm(join(workspace.tree, 'gone.txt'))
    const patch = await workspace.diff(await workspace.checkpoint())
    expect(patch.files).toEqual([
      { path: 'a.txt', kind: 'modified', addedLines: 2, removedLines: 1, binary: false },
      { path: 'gone.txt', kind: 'deleted', addedLines: 0, removedLines: 1, binary: false },
      { path: 'image.png', kind: 'modified', addedLines: 0, removedLines: 0, binary: true },
      { path: 'new.txt', kind: 'added', addedLines: 1, removedLines: 0, binary: false },
    ])
    expect(patch).toMatchObject({ addedLines: 3, removedLines: 2 })
    expect(patch.text).toContain('-2\n+zwei\n 3\n+4\n')
    expect(patch.text).toContain('GIT binary patch')
  })

  it('apply again byte for byte, whatever the bytes and names', async () => {
    const names = [
      'with space',
      'with "quotes"',
      "it's",
      'new\nline',
      'tab\there',
      'grün/ñ.txt',
      '-leading',
      ':(top)x',
      '*',
    ]
    await write(bench.source, Object.fromEntries(names.map((name) => [name, `${name}\n`])))
    await write(bench.source, { 'latin1.txt': Buffer.from('gr\xfcn\nzwei\n', 'latin1'), 'crlf.txt': 'a\r\nb\r\n' })
    const base = await commitAll(bench.source)
    const workspace = await bench.open()
    await write(workspace.tree, Object.fromEntries(names.map((name) => [name, 'changed, no line end'])))
    await write(workspace.tree, { 'latin1.txt': Buffer.from('bl\xe4u\nzwei\n', 'latin1'), 'crlf.txt': 'a\r\nc\r\n' })
    await write(workspace.tree, { 'bytes.bin': Buffer.from([0, 255, 10, 13, 0]), 'empty.txt': '' })
    const treeSha = await workspace.checkpoint()
    const { text, files } = await workspace.diff(treeSha)
    expect(files.map(({ path }) => path).sort()).toEqual(
      [...names, 'latin1.txt', 'crlf.txt', 'bytes.bin', 'empty.txt'].sort(),
    )
    const sections = text.split(/^diff --git /m).slice(1)
    const at = files.findIndex(({ path }) => path === 'latin1.txt')
    expect(sections).toHaveLength(files.length)
    expect(sections[at]).toContain('a/latin1.txt b/latin1.txt')
    const resumed = await bench.open(base, 'r-0000000002')
    expect(await resumed.apply(text)).toBe(treeSha)
    expect(await resumed.checkpoint()).toBe(treeSha)
    expect(await readFile(join(resumed.tree, 'latin1.txt'))).toEqual(Buffer.from('bl\xe4u\nzwei\n', 'latin1'))
  })

  it('may be empty', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    const workspace = await bench.open()
    const treeSha = await workspace.checkpoint()
    expect(await workspace.diff(treeSha)).toEqual({ text: '', files: [], addedLines: 0, removedLines: 0 })
    expect(await workspace.apply('')).toBe(treeSha)
  })

  it('are refused when they belong to another commit', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    const workspace = await bench.open()
    const patch = '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-other\n+two\n'
    await expect(workspace.apply(patch)).rejects.toMatchObject({ class: 'invalid_input', code: 'patch_rejected' })
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n')
  })

  it('are carried over to a later commit, also where lines beside them changed, and refused where the same did', async () => {
    const lines = (changed: Record<number, string>) =>
      Array.from({ length: 9 }, (_, at) => `${changed[at] ?? `line ${at}`}\n`).join('')
    await write(bench.source, { 'a.txt': lines({}) })
    await commitAll(bench.source)
    const workspace = await bench.open()
    await write(workspace.tree, { 'a.txt': lines({ 3: 'mended' }), 'new.txt': 'n\n' })
    const { text } = await workspace.diff(await workspace.checkpoint())
    await write(bench.source, { 'a.txt': lines({ 1: 'theirs', 5: 'theirs' }), 'b.txt': 'b\n' })
    const later = await bench.open(await commitAll(bench.source), 'r-0000000002')
    await expect(later.apply(text)).rejects.toMatchObject({ code: 'patch_rejected' })
    const treeSha = await later.carryOver(text)
    expect(await readFile(join(later.tree, 'a.txt'), 'utf8')).toBe(lines({ 1: 'theirs', 3: 'mended', 5: 'theirs' }))
    expect((await later.diff(treeSha)).files.map(({ path }) => path)).toEqual(['a.txt', 'new.txt'])
    await write(bench.source, { 'a.txt': lines({ 3: 'theirs' }) })
    const same = await bench.open(await commitAll(bench.source), 'r-0000000003')
    await expect(same.carryOver(text)).rejects.toMatchObject({ class: 'invalid_input', code: 'patch_rejected' })
    expect(await readFile(join(same.tree, 'a.txt'), 'utf8')).toBe(lines({ 3: 'theirs' }))
  })

  it('become changes with whole contents for publishing', async () => {
    await write(bench.source, { 'a.txt': 'one\n', 'gone.txt': 'x\n' })
    await commitAll(bench.source)
    const workspace = await bench.open()
    const bytes = Buffer.from([0, 255, 1])
    await write(workspace.tree, { 'b.bin': bytes, 'run.sh': 'x\n' })
    await chmod(join(workspace.tree, 'run.sh'), 0o755)
    await symlink('a.txt', join(workspace.tree, 'link'))
    await rm(join(workspace.tree, 'gone.txt'))
    expect(await workspace.changes(await workspace.checkpoint())).toEqual([
      { path: 'b.bin', blob: { mode: '100644', content: bytes } },
      { path: 'gone.txt', blob: null },
      { path: 'link', blob: { mode: '120000', content: Buffer.from('a.txt') } },
      { path: 'run.sh', blob: { mode: '100755', content: Buffer.from('x\n') } },
    ])
  })
})

describe('reading the base', () => {
  it('gives text only, of files only, as it was at the base commit', async () => {
    await write(bench.source, {
      'a.txt': 'one\n',
      'b.bin': Buffer.from([0]),
      'latin1.txt': Buffer.from([0xfc]),
      'folder/c.txt': 'c\n',
      'big.psd': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
    })
    await symlink('/etc/passwd', join(bench.source, 'link'))
    await commitAll(bench.source)
    const workspace = await bench.open()
    await write(workspace.tree, { 'a.txt': 'two\n', 'new.txt': 'n\n' })
    const read = (path: string) => workspace.readBase(path)
    expect(await read('a.txt')).toBe('one\n')
    expect(await read('folder/c.txt')).toBe('c\n')
    const absent = ['b.bin', 'latin1.txt', 'big.psd', 'link', 'folder', 'new.txt', '../a.txt', './a.txt', '--help', '']
    expect(await Promise.all(absent.map(read))).toEqual(absent.map(() => undefined))
  })

  it('names the authors of the lines, most lines first, or only of the lines that change', async () => {
    await write(bench.source, { 'a.txt': '1\n2\n3\n' })
    await commitAll(bench.source)
    await write(bench.source, { 'a.txt': '1\n2\n3\n4\n' })
    await git(bench.source, ['commit', '-qam', 'more'], { env: { GIT_AUTHOR_EMAIL: 'bob@example.org' } })
    const workspace = await bench.open()
    expect(await workspace.blame(['a.txt', 'absent.txt'])).toEqual([
      { email: 'ada@example.org', lines: 3 },
      { email: 'bob@example.org', lines: 1 },
    ])
    await write(workspace.tree, { 'a.txt': '1\n2\n3\nvier\n' })
    const treeSha = await workspace.checkpoint()
    expect(await workspace.blame(['a.txt'], treeSha)).toEqual([{ email: 'bob@example.org', lines: 1 }])
  })
})

describe('notes', () => {
  it('name submodules and LFS pointers, and leave both as they are', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`
    await write(bench.source, { '.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n', 'big.psd': pointer })
    await commitAll(bench.source)
    const gitlink = `160000,${'1'.repeat(40)},vendor/lib`
    await git(bench.source, ['update-index', '--add', '--cacheinfo', gitlink])
    await git(bench.source, ['commit', '--quiet', '-m', 'submodule'])
    const workspace = await bench.open()
    expect(workspace.notes).toEqual([
      'Submodules were not fetched, their folders are empty: `vendor/lib`.',
      'Files kept by Git LFS were not fetched, pointers stand in their place: `big.psd`.',
    ])
    const before = await workspace.checkpoint()
    await write(workspace.tree, { 'vendor/lib/x.txt': 'x' })
    expect(await workspace.checkpoint()).toBe(before)
    expect(await workspace.files()).toEqual(['.gitattributes', 'big.psd'])
    await workspace.restore(before)
    expect(await readdir(join(workspace.tree, 'vendor/lib'))).toEqual([])
    await rm(join(workspace.tree, 'vendor'), { recursive: true })
    expect(await workspace.checkpoint()).toBe(before)
    await write(workspace.tree, { 'vendor/lib': 'a file in its place' })
    expect(await workspace.checkpoint()).toBe(before)
    await workspace.restore(before)
    expect(await readdir(join(workspace.tree, 'vendor/lib'))).toEqual([])
  })
})

describe('cleaning up', () => {
  beforeEach(async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
  })

  it('removes a closed run, and may be asked twice', async () => {
    const workspace = await bench.open()
    await workspace.fresh(await workspace.checkpoint())
    await workspace.close()
    await workspace.close()
    expect(await readdir(join(bench.root, 'runs'))).toEqual([])
  })

  it('sweeps what dead processes left, of whatever run, and keeps what a living one works in', async () => {
    await bench.workspaces.sweep()
    const open = async (runId: string) => (await bench.open(undefined, runId)).tree
    const dead = await inProcessThatDies(bench, 'r-dead')
    expect(await readdir(dead)).toContain('a.txt')
    const alive = await bench.open(undefined, 'r-alive')
    await mkdir(join(bench.root, 'runs/r-half'))
    await bench.workspaces.sweep()
    expect(await readdir(join(bench.root, 'runs'))).toEqual(['r-alive'])
    expect(await readdir(join(bench.root, 'run-locks'))).toEqual(['r-alive.lock', 'r-alive.lock-journal'])
    expect(await alive.files()).toEqual(['a.txt'])
    expect(await open('r-dead')).toBe(dead)
  })

  it('sweeps the rest where something cannot be swept, and then says so', async () => {
    await mkdir(join(bench.root, 'run-locks/r-broken.lock'), { recursive: true })
    for (const left of ['runs/r-0', 'runs/r-z', 'mirrors/.leaving-x'])
      await mkdir(join(bench.root, left), { recursive: true })
    await expect(bench.workspaces.sweep()).rejects.toThrow()
    expect(await readdir(join(bench.root, 'runs'))).toEqual([])
    expect(await readdir(join(bench.root, 'mirrors'))).toEqual([])
  })

  it('gives an attempt a folder of its own while the one before it unwinds', async () => {
    const before = await bench.open()
    const after = await bench.open()
    expect(after.tree).not.toBe(before.tree)
    await before.close()
    const next = await bench.open()
    expect(next.tree).toBe(before.tree)
    await before.close()
    for (const workspace of [after, next]) expect(await workspace.files()).toEqual(['a.txt'])
  })

  it('never leaves its folder, whatever a run is called', async () => {
    await expect(bench.open(undefined, '../../source')).rejects.toMatchObject({ code: 'bad_run_id' })
    expect(await readdir(bench.source)).toContain('a.txt')
  })
})

/** Opens a work tree in a process of its own, which is killed; the work tree's place. */
async function inProcessThatDies({ root, source }: Bench, runId: string): Promise<string> {
  const module = new URL('../../src/workspace/git-workspaces.ts', import.meta.url).href
  const commit = await git(source, ['rev-parse', 'HEAD'])
  const request = { repositoryKey: `local:${source}`, url: source, env: {}, commit, runId }
  const program = `
    const { createGitWorkspaces } = await import(${JSON.stringify(module)})
    const workspaces = createGitWorkspaces({ root: ${JSON.stringify(root)}, hostEnv: process.env })
    console.log((await workspaces.open(${JSON.stringify(request)})).tree)
    process.kill(process.pid, 'SIGKILL')`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false })
  return stdout.trim()
}
