import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitLocalRepositories } from '../../src/workspace/git-local-repositories.ts'
import type { KeepBranchRequest, LocalRepositories } from '../../src/workspace/local-repositories.ts'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

let bench: Bench
let repositories: LocalRepositories

beforeEach(async () => {
  bench = await openBench()
  const clock = () => new Date('2026-02-03T04:05:06Z')
  repositories = createGitLocalRepositories({ root: bench.root, hostEnv: process.env, clock })
})

afterEach(async () => {
  await closeBench(bench)
})

describe('describing a clone', () => {
  it('answers top, branch and commit from anywhere inside, and whose remote it is, without its password', async () => {
    await write(bench.source, { 'folder/a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    await git(bench.source, ['remote', 'add', 'origin', 'https://me:secret@example.org/acme/shop.git'])
    expect(await repositories.describeLocal(join(bench.source, 'folder'))).toEqual({
      root: bench.source,
      baseBranch: 'main',
      baseCommit: commit,
      uncommitted: [],
      remoteUrl: 'https://example.org/acme/shop.git',
    })
  })

  it('takes a branch, a tag, a commit, or what only the remote has', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const first = await commitAll(bench.source)
    await git(bench.source, ['tag', '-a', 'v1', '-m', 'one'])
    await git(bench.source, ['update-ref', 'refs/remotes/origin/next', first])
    await git(bench.source, ['checkout', '--quiet', '-b', 'topic'])
    await write(bench.source, { 'a.txt': 'two\n' })
    const second = await commitAll(bench.source)
    const base = async (name?: string) => {
      const { baseBranch, baseCommit } = await repositories.describeLocal(bench.source, name)
      return [baseBranch, baseCommit]
    }
    expect(await base()).toEqual(['topic', second])
    expect(await base('main')).toEqual(['main', first])
    expect(await base('v1')).toEqual(['v1', first])
    expect(await base('next')).toEqual(['next', first])
    expect(await base(first)).toEqual([first, first])
    await git(bench.source, ['checkout', '--quiet', '--detach'])
    expect(await base()).toEqual(['HEAD', second])
  })

  it('lists the work that the run does not see, and leaves the index as it was', async () => {
    await write(bench.source, { 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n', '.gitignore': '*.log\n' })
    await commitAll(bench.source)
    await write(bench.source, { 'a.txt': 'two\n', 'staged "x".txt': 's\n', 'new/n.txt': 'n\n', 'debug.log': 'l' })
    await git(bench.source, ['add', 'staged "x".txt'])
    await rm(join(bench.source, 'b.txt'))
    const index = join(bench.source, '.git/index')
    const before = { bytes: await readFile(index), at: (await stat(index)).mtimeMs }
    const { uncommitted } = await repositories.describeLocal(bench.source)
    expect(uncommitted).toEqual(['a.txt', 'b.txt', 'new/', 'staged "x".txt'])
    expect({ bytes: await readFile(index), at: (await stat(index)).mtimeMs }).toEqual(before)
  })

  it('works in a linked work tree and in a bare repository', async () => {
    await write(bench.source, { 'a.txt': 'one\n' })
    const commit = await commitAll(bench.source)
    const linked = join(bench.folder, 'linked')
    await git(bench.source, ['worktree', 'add', '--quiet', '-b', 'side', linked])
    await write(linked, { 'a.txt': 'two\n' })
    expect(await repositories.describeLocal(linked)).toMatchObject({
      root: linked,
      baseBranch: 'side',
      uncommitted: ['a.txt'],
    })
    const bare = join(bench.folder, 'bare.git')
    await git(bench.folder, ['clone', '--quiet', '--bare', bench.source, bare])
    expect(await repositories.describeLocal(bare)).toMatchObject({ root: bare, baseCommit: commit, uncommitted: [] })
  })

  it.each([
    ['core.fsmonitor', 'touch canary'],
    ['filter.evil.clean', 'touch canary; cat'],
    ['core.hooksPath', 'hooks'],
    ['diff.external', 'touch canary'],
  ])('runs nothing that the clone configures as %s', async (key, value) => {
    await write(bench.source, { 'a.txt': 'one\n', '.gitattributes': '* filter=evil diff=evil\n' })
    await commitAll(bench.source)
    await write(bench.source, { 'hooks/post-index-change': '#!/bin/sh\ntouch canary\n', 'a.txt': 'two\n' })
    await git(bench.source, ['config', key, value])
    expect((await repositories.describeLocal(bench.source)).uncommitted).toEqual(['a.txt', 'hooks/'])
    expect(await readdir(bench.source)).not.toContain('canary')
  })

  it('says what is wrong, and the mend', async () => {
    const nowhere = join(bench.folder, 'plain')
    await mkdir(nowhere)
    await expect(repositories.describeLocal(nowhere)).rejects.toMatchObject({
      code: 'not_a_repository',
      message: `${nowhere} is not a git repository.`,
      mend: 'Name a folder inside a clone, or run `git init` and commit there.',
    })
    const empty = { class: 'invalid_input', code: 'repository_empty', message: 'The repository has no commits yet.' }
    await expect(repositories.describeLocal(bench.source)).rejects.toMatchObject(empty)
    await expect(repositories.describeLocal(bench.source, 'main')).rejects.toMatchObject(empty)
    await write(bench.source, { 'a.txt': 'one\n' })
    await commitAll(bench.source)
    for (const base of ['nope', '--all', '-x', 'main:a.txt']) {
      await expect(repositories.describeLocal(bench.source, base)).rejects.toMatchObject({
        code: 'unknown_base',
        message: `There is no branch, tag or commit \`${base}\`.`,
      })
    }
  })
})

describe('keeping the work on a branch', () => {
  let request: KeepBranchRequest

  beforeEach(async () => {
    await write(bench.source, { 'a.txt': 'one\n', 'b.txt': 'b\n' })
    const baseCommit = await commitAll(bench.source)
    const workspace = await bench.open(baseCommit)
    await write(workspace.tree, { 'a.txt': 'two\n', 'new.bin': Buffer.from([0, 255]) })
    const treeSha = await workspace.checkpoint()
    request = {
      repository: bench.source,
      branch: 'agent/issue-1',
      baseCommit,
      treeSha,
      patch: (await workspace.diff(treeSha)).text,
      message: 'fix: a\n\nDraftsmith-Run: r-1\n',
      author: { name: 'Ada', email: 'ada@example.org' },
    }
    await workspace.close()
  })

  it('makes one commit with that tree and leaves everything else alone', async () => {
    await write(bench.source, { 'b.txt': 'my own work\n', 'staged.txt': 's\n' })
    await git(bench.source, ['add', 'staged.txt'])
    const seen = async () => [
      await git(bench.source, ['symbolic-ref', 'HEAD']),
      await git(bench.source, ['status', '--porcelain']),
      await readFile(join(bench.source, '.git/index'), 'latin1'),
    ]
    const before = await seen()
    const { commitSha } = await repositories.keepBranch(request)
    expect(await seen()).toEqual(before)
    const format = '--format=%T%n%P%n%an <%ae> %at%n%cn <%ce> %ct%n%B'
    expect((await git(bench.source, ['log', '-1', format, 'agent/issue-1'])).trimEnd()).toBe(
      [
        request.treeSha,
        request.baseCommit,
        'Ada <ada@example.org> 1770091506',
        'Ada <ada@example.org> 1770091506',
        'fix: a\n\nDraftsmith-Run: r-1',
      ].join('\n'),
    )
    expect(await git(bench.source, ['rev-parse', 'agent/issue-1'])).toBe(commitSha)
    expect(await git(bench.source, ['fsck', '--strict'])).toBe('')
  })

  it('answers the same commit when it is asked again', async () => {
    const first = await repositories.keepBranch(request)
    expect(await repositories.keepBranch(request)).toEqual(first)
  })

  it('refuses a branch that holds other work, and one that git cannot make', async () => {
    await git(bench.source, ['branch', 'agent/issue-1'])
    await expect(repositories.keepBranch(request)).rejects.toMatchObject({
      class: 'conflict',
      code: 'branch_exists',
      message: 'The branch `agent/issue-1` exists already with other work.',
    })
    expect(await git(bench.source, ['rev-parse', 'agent/issue-1'])).toBe(request.baseCommit)
    await expect(repositories.keepBranch({ ...request, branch: 'main/below' })).rejects.toMatchObject({
      class: 'conflict',
      message: expect.stringContaining("'refs/heads/main' exists"),
    })
  })

  it.each(['-D', '--help', 'a..b', 'HEAD', 'x.lock', '', 'a b', '../../x'])(
    'refuses a branch named %j',
    async (branch) => {
      const before = await git(bench.source, ['for-each-ref'])
      await expect(repositories.keepBranch({ ...request, branch })).rejects.toMatchObject({ code: 'bad_branch_name' })
      expect(await git(bench.source, ['for-each-ref'])).toBe(before)
    },
  )

  it('makes nothing when the tree would be another than the verified one', async () => {
    const treeSha = await git(bench.source, ['rev-parse', 'HEAD^{tree}'])
    await expect(repositories.keepBranch({ ...request, treeSha })).rejects.toMatchObject({ code: 'tree_mismatch' })
    await expect(git(bench.source, ['rev-parse', '--verify', '--quiet', 'agent/issue-1'])).rejects.toThrow()
  })

  it("runs none of the repository's hooks", async () => {
    for (const hook of ['reference-transaction', 'post-index-change', 'post-commit', 'post-checkout']) {
      await writeFile(join(bench.source, '.git/hooks', hook), '#!/bin/sh\ntouch "$GIT_DIR/../canary"\n', {
        mode: 0o755,
      })
    }
    await repositories.keepBranch(request)
    expect(await readdir(bench.source)).not.toContain('canary')
  })
})
