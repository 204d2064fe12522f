// Mirrors take no more room than they may, and never under anybody's feet.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import { tryAlone } from '../../src/workspace/lock.ts'
import { evictMirrors, holdMirror } from '../../src/workspace/mirror-cache.ts'
import type { Workspaces } from '../../src/workspace/workspace.ts'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

let bench: Bench
let mirrors: string
let commit: string
let minute: number

beforeEach(async () => {
  bench = await openBench()
  mirrors = join(bench.root, 'mirrors')
  // What does not pack: each mirror takes about a megabyte.
  await write(bench.source, { 'noise.bin': randomBytes(1_000_000) })
  commit = await commitAll(bench.source)
  minute = 0
})
afterEach(() => closeBench(bench))

/** A minute passes between two uses of the clock. */
function bounded(mirrorBytes: number): Workspaces {
  const clock = () => new Date(Date.UTC(2026, 0, 1, 0, minute++))
  return createGitWorkspaces({ root: bench.root, hostEnv: process.env, mirrorBytes, clock })
}

const open = (workspaces: Workspaces, name: string) =>
  workspaces.open({ repositoryKey: name, url: bench.source, env: {}, commit, runId: `r-${name}` })

/** Names of the repositories that have a mirror. */
const kept = async () => (await readdir(mirrors)).map((name) => name.split('-')[0]).sort()

it('evicts those that were not used for longest, and makes them anew when they are asked for', async () => {
  const workspaces = bounded(2_500_000)
  for (const name of ['one', 'two']) await (await open(workspaces, name)).close()
  await (await open(workspaces, 'one')).close()
  await (await open(workspaces, 'three')).close()
  expect(await kept()).toEqual(['one', 'three'])
  const again = await open(workspaces, 'two')
  expect(await again.files()).toEqual(['noise.bin'])
  expect(await kept()).toEqual(['three', 'two'])
})

it('puts many packs together, under the feet of a run, and drops nothing', async () => {
  const workspaces = bounded(1e9)
  const running = await open(workspaces, 'one')
  const gitDir = join(mirrors, (await readdir(mirrors))[0] ?? '', 'repository.git')
  const packs = async () => (await readdir(join(gitDir, 'objects/pack'))).filter((name) => name.endsWith('.pack'))
  const pack = async (_: unknown, index: number) => {
    const blob = await git(bench.source, ['hash-object', '-w', '--stdin'], { input: `blob ${index}` })
    await git(bench.source, ['pack-objects', '--quiet', join(gitDir, 'objects/pack/pack')], { input: blob })
    return blob
  }
  const blobs = await Promise.all(Array.from({ length: 51 }, pack))
  expect(await packs()).toHaveLength(52)
  await write(bench.source, { 'new.txt': 'new\n' })
  const newest = { repositoryKey: 'one', url: bench.source, env: {}, commit: await commitAll(bench.source) }
  const second = await workspaces.open({ ...newest, runId: 'r-second' })
  expect((await packs()).length).toBeLessThan(5)
  expect(await git(gitDir, ['cat-file', '--batch-check'], { input: blobs.join('\n') })).not.toContain('missing')
  await write(running.tree, { 'more.txt': 'more\n' })
  const fresh = await running.fresh(await running.checkpoint())
  expect(await fresh.files()).toEqual(['more.txt', 'noise.bin'])
  expect(await second.files()).toEqual(['new.txt', 'noise.bin'])
  for (const each of [fresh, second, running]) await each.close()
})

it('never evicts one in use, also of a run that has a second work tree, until the first is closed', async () => {
  const workspaces = bounded(1_000)
  const first = await open(workspaces, 'one')
  const fresh = await first.fresh(await first.checkpoint())
  await (await open(workspaces, 'two')).close()
  await workspaces.sweep()
  expect(await kept()).toEqual(['one'])
  await fresh.close()
  await workspaces.sweep()
  expect(await kept()).toEqual(['one'])
  await write(first.tree, { 'new.txt': 'x' })
  expect((await first.diff(await first.checkpoint())).files).toHaveLength(1)
  await first.close()
  await first.close()
  await workspaces.sweep()
  expect(await kept()).toEqual([])
})

it('lets a mirror go whose open ended badly', async () => {
  const workspaces = bounded(1_000)
  await expect(
    workspaces.open({ repositoryKey: 'one', url: bench.source, env: {}, commit: '1'.repeat(40), runId: 'r-one' }),
  ).rejects.toMatchObject({ code: 'commit_missing' })
  await workspaces.sweep()
  expect(await kept()).toEqual([])
})

it('leaves alone what another process holds, and takes it when that one has died', async () => {
  await mkdir(mirrors, { recursive: true })
  const module = new URL('../../src/workspace/mirror-cache.ts', import.meta.url).href
  const program = `
    const { holdMirror } = await import(${JSON.stringify(module)})
    await holdMirror(${JSON.stringify(join(mirrors, 'one'))})
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await writeFile(join(mirrors, 'one/large'), 'x'.repeat(5_000))
  await evictMirrors(mirrors, 1_000)
  expect(await kept()).toEqual(['one'])
  child.kill('SIGKILL')
  await child
  await evictMirrors(mirrors, 1_000)
  expect(await readdir(mirrors)).toEqual([])
})

it('is held until everybody of this process has let go', async () => {
  const folder = join(bench.root, 'mirror')
  const releases = await Promise.all([holdMirror(folder), holdMirror(folder), holdMirror(folder)])
  for (const release of releases) {
    expect(await tryAlone(join(folder, 'use'), async () => undefined)).toBe(false)
    release()
    release()
  }
  expect(await tryAlone(join(folder, 'use'), async () => undefined)).toBe(true)
})

it('is held anew where it was evicted at the same moment', async () => {
  for (let round = 0; round < 20; round += 1) {
    const folder = join(mirrors, 'one')
    const [release] = await Promise.all([holdMirror(folder), evictMirrors(mirrors, -1)])
    expect(await tryAlone(join(folder, 'use'), async () => undefined)).toBe(false)
    release()
  }
})

it('gets rid of what a killed fetch left, which would stop the next one', async () => {
  const first = await bench.open(commit)
  await first.close()
  const [name = ''] = await readdir(mirrors)
  const gitDir = join(mirrors, name, 'repository.git')
  const left = ['objects/pack/tmp_pack_abc', 'objects/pack/.tmp-1-pack-abc.pack', 'packed-refs.lock', 'shallow.lock']
  await write(gitDir, Object.fromEntries([...left, 'refs/remotes/origin/main.lock'].map((path) => [path, 'x'])))
  await write(bench.source, { 'a.txt': 'a' })
  await (await bench.open(await commitAll(bench.source))).close()
  const files = await readdir(gitDir, { recursive: true })
  expect(files.filter((path) => /tmp|lock/.test(path))).toEqual([])
  expect(await git(gitDir, ['fsck', '--connectivity-only'])).toBe('')
})

it('sweeps what dead processes left, and nothing that may be in use', async () => {
  const [old, young, leaving] = ['borrowed/git-old', 'borrowed/git-young', 'mirrors/.leaving-1'].map((path) =>
    join(bench.root, path),
  )
  for (const folder of [old, young, leaving]) await mkdir(folder ?? '', { recursive: true })
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  await utimes(old ?? '', yesterday, yesterday)
  await bench.workspaces.sweep()
  expect(await readdir(join(bench.root, 'borrowed'))).toEqual(['git-young'])
  expect(await readdir(mirrors)).toEqual([])
})
