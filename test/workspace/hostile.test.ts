// A repository, or a command that it runs, that tries to make our git do something.
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import type { Workspace } from '../../src/workspace/workspace.ts'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

let bench: Bench
let canary: string

beforeEach(async () => {
  bench = await openBench()
  canary = join(bench.folder, 'canary')
  await write(bench.source, { 'a.txt': 'one\n', 'folder/b.txt': 'b\n' })
})

afterEach(async () => {
  await closeBench(bench)
})

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Everything that git is asked to do with a work tree. */
async function useAll(workspace: Workspace): Promise<string> {
  const treeSha = await workspace.checkpoint()
  const { text } = await workspace.diff(treeSha)
  await workspace.changes(treeSha)
  await workspace.blame(await workspace.files(), treeSha)
  await (await workspace.fresh(treeSha)).close()
  await workspace.apply(text)
  return treeSha
}

describe('programs named by a repository', () => {
  it('are not run: filters, text conversion, external diffs, merge drivers', async () => {
    await write(bench.source, { '.gitattributes': '* filter=evil diff=evil merge=evil\n' })
    await commitAll(bench.source)
    const workspace = await bench.open()
    const config = [
      'filter.evil.clean',
      'filter.evil.smudge',
      'filter.evil.process',
      'diff.evil.textconv',
      'diff.evil.command',
    ]
    const everywhere = config.map((key) => `[${key.replace(/\.(\w+)\./, ' "$1"]\n')} = touch ${canary}\n`).join('')
    await write(workspace.tree, { '.gitconfig': everywhere, config: everywhere, 'a.txt': 'two\n' })
    await write(workspace.home, { '.gitconfig': everywhere, '.config/git/config': everywhere })
    await writeFile(join(workspace.tree, '.git/config'), everywhere)
    await useAll(workspace)
    expect(await exists(canary)).toBe(false)
    // The canary sings where git is let loose on the same files.
    await rm(join(workspace.tree, '.git/info/attributes'))
    await git(workspace.tree, ['add', 'a.txt']).catch(() => undefined)
    expect(await exists(canary)).toBe(true)
  })

  it('are not run: hooks and file system monitors, wherever they are planted', async () => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const script = `#!/bin/sh\ntouch ${canary}\n`
    for (const hook of [
      'post-checkout',
      'post-index-change',
      'reference-transaction',
      'pre-auto-gc',
      'fsmonitor-watchman',
    ]) {
      for (const folder of ['.git/hooks', 'hooks']) {
        await write(workspace.tree, { [`${folder}/${hook}`]: script })
        await chmod(join(workspace.tree, folder, hook), 0o755)
      }
    }
    await writeFile(join(workspace.tree, '.git/config'), `[core]\n\tfsmonitor = touch ${canary}\n\thooksPath = hooks\n`)
    await useAll(workspace)
    expect(await exists(canary)).toBe(false)
  })
})

describe("the host's environment", () => {
  it('reaches git only as far as it is listed', async () => {
    const commit = await commitAll(bench.source)
    const program = `touch ${canary}`
    await write(bench.folder, { 'home/.gitconfig': `[core]\n\tfsmonitor = ${program}\n` })
    const hostEnv = {
      ...process.env,
      HOME: join(bench.folder, 'home'),
      GIT_CONFIG_GLOBAL: join(bench.folder, 'home/.gitconfig'),
      GIT_DIR: join(bench.folder, 'nowhere'),
      GIT_INDEX_FILE: join(bench.folder, 'index'),
      GIT_OBJECT_DIRECTORY: join(bench.folder, 'objects'),
      GIT_EXTERNAL_DIFF: program,
      GIT_TRACE: join(bench.folder, 'trace'),
    }
    const workspaces = createGitWorkspaces({ root: bench.root, hostEnv })
    const options = { repositoryKey: 'local:source', url: bench.source, env: {}, commit, runId: 'r-1' }
    const workspace = await workspaces.open(options)
    await write(workspace.tree, { 'a.txt': 'two\n' })
    await useAll(workspace)
    expect((await readdir(bench.folder)).sort()).toEqual(['data', 'home', 'source'])
  })
})

describe('bytes', () => {
  it('are not changed by attributes: line ends, encodings, keywords', async () => {
    const attributes = '*.txt text eol=crlf\n*.u16 working-tree-encoding=UTF-16\n*.id ident\n'
    await write(bench.source, { 'lf.txt': 'a\nb\n', 'crlf.txt': 'a\r\nb\r\n', 'x.u16': 'plain\n', 'k.id': '$Id$\n' })
    await commitAll(bench.source)
    await write(bench.source, { '.gitattributes': attributes })
    await git(bench.source, ['add', '.gitattributes'])
    await git(bench.source, ['commit', '--quiet', '-m', 'attributes'])
    const workspace = await bench.open()
    const read = (name: string) => readFile(join(workspace.tree, name), 'utf8')
    expect(await read('lf.txt')).toBe('a\nb\n')
    expect(await read('crlf.txt')).toBe('a\r\nb\r\n')
    expect(await read('x.u16')).toBe('plain\n')
    expect(await read('k.id')).toBe('$Id$\n')
    await write(workspace.tree, { 'lf.txt': 'a\r\nb\r\nc\n', 'k.id': '$Id: mine$\n' })
    const changes = await workspace.changes(await useAll(workspace))
    expect(changes.map(({ path, blob }) => [path, blob?.content.toString()])).toEqual([
      ['k.id', '$Id: mine$\n'],
      ['lf.txt', 'a\r\nb\r\nc\n'],
    ])
  })

  it('are those of the commit, not of a replacement or a graft in the source', async () => {
    const commit = await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'replaced\n' })
    const other = await commitAll(bench.source)
    await git(bench.source, ['replace', commit, other])
    const workspace = await bench.open(commit)
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n')
  })
})

describe('repositories inside the work tree', () => {
  it('are left out where they are new, and taken away on the way back', async () => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const before = await workspace.checkpoint()
    await git(workspace.tree, ['init', '--quiet', 'nested'])
    await git(workspace.tree, ['init', '--quiet', 'full'])
    await write(workspace.tree, { 'full/x.txt': 'x' })
    await commitAll(join(workspace.tree, 'full'))
    expect(await workspace.checkpoint()).toBe(before)
    expect(workspace.notes).toEqual(['Nested git repositories in the work tree were left out: `full/`, `nested/`.'])
    await workspace.restore(before)
    expect((await readdir(workspace.tree)).sort()).toEqual(['.git', 'a.txt', 'folder'])
  })

  it('neither hide nor replace tracked files', async () => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const before = await workspace.checkpoint()
    await git(join(workspace.tree, 'folder'), ['init', '--quiet', '.'])
    await write(workspace.tree, { 'folder/b.txt': 'changed\n' })
    await rm(join(workspace.tree, 'a.txt'))
    await write(workspace.tree, { 'a.txt/x.txt': 'x' })
    await git(join(workspace.tree, 'a.txt'), ['init', '--quiet', '.'])
    await commitAll(join(workspace.tree, 'a.txt'))
    const changes = await workspace.changes(await workspace.checkpoint())
    expect(changes).toEqual([
      { path: 'a.txt', blob: null },
      { path: 'folder/b.txt', blob: { mode: '100644', content: Buffer.from('changed\n') } },
    ])
    await workspace.restore(before)
    expect(await readdir(join(workspace.tree, 'folder'))).toEqual(['b.txt'])
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n')
  })

  it('do not confuse anything as a `.git` file that points elsewhere', async () => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const before = await workspace.checkpoint()
    await write(workspace.tree, { 'folder/.git': `gitdir: ${bench.source}/.git\n`, 'new/.git': 'gitdir: ../nowhere\n' })
    await write(workspace.tree, { 'new/n.txt': 'n\n', '.GIT/config': 'x', 'x/git~1': 'x', 'folder/n.txt': 'n\n' })
    const changed = (await workspace.changes(await workspace.checkpoint())).map(({ path }) => path)
    expect(changed).toEqual(['folder/n.txt', 'new/n.txt'])
    expect(workspace.notes).toContain('Files that git would take for its own were left out: `.GIT/config`, `x/git~1`.')
    await workspace.restore(before)
    expect((await readdir(workspace.tree)).sort()).toEqual(['.git', 'a.txt', 'folder'])
  })
})

describe('the decoy', () => {
  it('answers what suites ask git, and holds one commit, no remote and no path of ours', async () => {
    const commit = await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'two\n' })
    const head = await commitAll(bench.source)
    const { tree } = await bench.open()
    expect(await git(tree, ['rev-parse', 'HEAD'])).toBe(head)
    expect(await git(tree, ['status', '--porcelain'])).toBe('')
    expect(await git(tree, ['rev-list', '--count', 'HEAD'])).toBe('1')
    expect(await git(tree, ['remote'])).toBe('')
    await expect(git(tree, ['cat-file', '-e', commit])).rejects.toThrow()
    await git(tree, ['commit', '--quiet', '--allow-empty', '-m', 'a suite may commit'])
    await expect(execa('grep', ['-r', bench.root, join(tree, '.git')])).rejects.toMatchObject({ exitCode: 1 })
  })

  const replace = async (path: string, by: (path: string) => Promise<unknown>) => {
    await rm(path, { recursive: true })
    await by(path)
  }

  it.each<[string, (gitDir: string) => Promise<void>]>([
    ['removed', (gitDir) => rm(gitDir, { recursive: true })],
    ['emptied', (gitDir) => replace(gitDir, (path) => mkdir(path))],
    ['a link to somewhere', (gitDir) => replace(gitDir, (path) => symlink('/etc', path))],
    ['a file', (gitDir) => replace(gitDir, (path) => writeFile(path, 'gitdir: /etc\n'))],
    [
      'full of lies',
      (gitDir) => write(gitDir, { HEAD: 'x', index: 'x', 'info/exclude': '*\n', 'info/attributes': '* text' }),
    ],
    [
      'set to ignore all',
      (gitDir) => write(gitDir, { config: '[core]\n\tworktree = /\n\texcludesFile = /etc/passwd\n' }),
    ],
  ])('has no effect on us when it is %s', async (_how, tamper) => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const before = await workspace.checkpoint()
    await tamper(join(workspace.tree, '.git'))
    expect(await workspace.checkpoint()).toBe(before)
    await write(workspace.tree, { 'a.txt': 'two\n', 'new.txt': 'n\n' })
    const changed = (await workspace.changes(await useAll(workspace))).map(({ path }) => path)
    expect(changed).toEqual(['a.txt', 'new.txt'])
    await workspace.restore(before)
    expect(await workspace.files()).toEqual(['a.txt', 'folder/b.txt'])
  })
})

describe('names that are not UTF-8', () => {
  const name = (folder: string, bytes: number[]) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(bytes)])

  it('stay as they are in the tree, are left out of lists, and are noted', async () => {
    await writeFile(name(bench.source, [0x62, 0xff]), 'old\n')
    await commitAll(bench.source)
    const workspace = await bench.open()
    expect(workspace.notes).toEqual(['Files whose names are not UTF-8 are left as they are: `b\\xff`.'])
    expect(await readFile(name(workspace.tree, [0x62, 0xff]), 'utf8')).toBe('old\n')
    const base = await git(bench.source, ['rev-parse', 'HEAD^{tree}'])
    await writeFile(name(workspace.tree, [0x62, 0xff]), 'changed\n')
    await writeFile(name(workspace.tree, [0xfe]), 'new\n')
    expect(await workspace.checkpoint()).toBe(base)
    expect(await workspace.files()).toEqual(['a.txt', 'folder/b.txt'])
    expect(workspace.notes).toContain('New files whose names are not UTF-8 were left out: `\\xfe`.')
    await workspace.restore(base)
    expect(await readFile(name(workspace.tree, [0x62, 0xff]), 'utf8')).toBe('old\n')
    expect(await readdir(workspace.tree, { encoding: 'buffer' })).not.toContainEqual(Buffer.from([0xfe]))
  })
})

describe('what commands leave behind', () => {
  it('is no obstacle: pipes and links in place of files and folders', async () => {
    await commitAll(bench.source)
    const workspace = await bench.open()
    const before = await workspace.checkpoint()
    await rm(join(workspace.tree, 'a.txt'))
    await rm(join(workspace.tree, 'folder'), { recursive: true })
    await execa('mkfifo', ['a.txt', 'pipe'], { cwd: workspace.tree })
    await symlink('/', join(workspace.tree, 'folder'))
    const changes = await workspace.changes(await workspace.checkpoint())
    expect(changes.map(({ path, blob }) => [path, blob?.mode])).toEqual([
      ['a.txt', undefined],
      ['folder', '120000'],
      ['folder/b.txt', undefined],
    ])
    await workspace.restore(before)
    expect((await readdir(workspace.tree)).sort()).toEqual(['.git', 'a.txt', 'folder'])
    expect(await workspace.checkpoint()).toBe(before)
  })

  it('does not lead us out of the work tree by a link in place of a folder that holds only a submodule', async () => {
    await write(bench.source, { '.gitignore': 'vendor\n' })
    await commitAll(bench.source)
    await git(bench.source, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/lib`])
    await git(bench.source, ['commit', '--quiet', '-m', 'submodule'])
    const outside = join(bench.folder, 'outside')
    await write(outside, { 'lib/precious.txt': 'x', '.git/config': 'x' })
    const workspace = await bench.open()
    for (const ignored of [true, false]) {
      const before = await workspace.checkpoint()
      await rm(join(workspace.tree, 'vendor'), { recursive: true })
      await symlink(outside, join(workspace.tree, 'vendor'))
      if (!ignored) await write(workspace.tree, { '.gitignore': '' })
      const changed = (await workspace.changes(await workspace.checkpoint())).map(({ path }) => path)
      expect(changed).toEqual(ignored ? [] : ['.gitignore'])
      await workspace.restore(before)
      expect(await readdir(join(workspace.tree, 'vendor/lib'))).toEqual([])
      expect(await readdir(join(outside, 'lib'))).toEqual(['precious.txt'])
      expect(await readdir(outside)).toContain('.git')
    }
  })

  it('is refused at the door when the repository itself holds a harmful path', async () => {
    const blob = await git(bench.source, ['hash-object', '-w', '--stdin'], { input: 'x' })
    const inner = await git(bench.source, ['mktree'], { input: `100644 blob ${blob}\tconfig\n` })
    const tree = await git(bench.source, ['mktree'], { input: `040000 tree ${inner}\t.git\n` })
    const commit = await git(bench.source, ['commit-tree', '-m', 'harm', tree])
    await git(bench.source, ['update-ref', 'refs/heads/main', commit])
    await expect(bench.open(commit)).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'unsafe_path',
      message: 'The repository holds a path that git refuses to write: .git/config',
    })
    expect(await readdir(join(bench.root, 'runs'))).toEqual([])
  })
})
