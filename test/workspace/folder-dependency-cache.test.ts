import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DependencyCache, InstalledPlace } from '../../src/toolchain/dependency-cache.ts'
import { createFolderDependencyCache } from '../../src/workspace/folder-dependency-cache.ts'
import { removeFolder } from '../../src/workspace/permissions.ts'
import { type Files, write } from './sources.ts'

const day = 24 * 3_600_000
const mebibyte = 1024 * 1024

let folder: string
let time: number
let said: string[]
let cache: DependencyCache

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-kept-'))
  time = Date.now()
  said = []
  cache = openCache(100 * mebibyte)
})
afterEach(() => removeFolder(folder))

function openCache(maxBytes: number): DependencyCache {
  const note = (message: string) => void said.push(message)
  return createFolderDependencyCache({ root: join(folder, 'kept'), maxBytes, now: () => new Date(time), note })
}

let places = 0
async function openPlace(files: Files = {}, parts = ['node_modules', '~/.venv']): Promise<InstalledPlace> {
  places += 1
  const [tree, home] = [join(folder, `tree-${places}`), join(folder, `home-${places}`)]
  await mkdir(home)
  await mkdir(tree)
  await write(
    folder,
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path.replace(/^(tree|home)\//, `$1-${places}/`), text]),
    ),
  )
  return { tree, home, parts }
}

const installed = { 'tree/node_modules/dep/index.js': 'dep\n', 'home/.venv/bin/tool': 'tool\n', 'tree/src/a.js': '' }

describe('what is kept', () => {
  it('is the same in another place: files, links, modes, and nothing beside the parts', async () => {
    const first = await openPlace(installed)
    await symlink('dep/index.js', join(first.tree, 'node_modules/link'))
    await chmod(join(first.home, '.venv/bin/tool'), 0o755)
    await chmod(join(first.tree, 'node_modules/dep'), 0o555)
    await cache.keep('a', first)
    const second = await openPlace()
    expect(await cache.restore('a', second)).toBe(true)
    expect(await readFile(join(second.tree, 'node_modules/dep/index.js'), 'utf8')).toBe('dep\n')
    expect(await readlink(join(second.tree, 'node_modules/link'))).toBe('dep/index.js')
    expect((await lstat(join(second.home, '.venv/bin/tool'))).mode & 0o777).toBe(0o755)
    expect(await readdir(second.tree)).toEqual(['node_modules'])
    expect(said).toEqual([])
  })

  it('is out of reach of the places that it came from and went to', async () => {
    const [first, second, third] = [await openPlace(installed), await openPlace(), await openPlace()]
    await cache.keep('a', first)
    await writeFile(join(first.tree, 'node_modules/dep/index.js'), 'poison\n')
    await cache.restore('a', second)
    await writeFile(join(second.tree, 'node_modules/dep/index.js'), 'poison\n')
    await cache.keep('a', second)
    await cache.restore('a', third)
    expect(await readFile(join(third.tree, 'node_modules/dep/index.js'), 'utf8')).toBe('dep\n')
  })

  it('is there under its own key alone', async () => {
    await cache.keep('a', await openPlace(installed))
    expect(await cache.restore('b', await openPlace())).toBe(false)
    expect(said).toEqual([])
  })

  it('is asked for again after a week', async () => {
    await cache.keep('a', await openPlace(installed))
    time += 8 * day
    expect(await cache.restore('a', await openPlace())).toBe(false)
    await cache.keep('a', await openPlace({ ...installed, 'tree/node_modules/dep/index.js': 'newer\n' }))
    const place = await openPlace()
    expect(await cache.restore('a', place)).toBe(true)
    expect(await readFile(join(place.tree, 'node_modules/dep/index.js'), 'utf8')).toBe('newer\n')
  })

  it('may be kept and taken by several at once', async () => {
    const sources = await Promise.all([1, 2, 3].map(() => openPlace(installed)))
    await Promise.all(sources.map((place) => cache.keep('a', place)))
    const targets = await Promise.all([1, 2, 3].map(() => openPlace()))
    expect(await Promise.all(targets.map((place) => cache.restore('a', place)))).toEqual([true, true, true])
    expect(await readdir(join(folder, 'kept'))).toEqual(['a'])
    expect(said).toEqual([])
  })
})

describe('a place that is not what it seems', () => {
  it.each([
    ['the part', 'node_modules', 'node_modules'],
    ['a folder above it', 'packages', 'packages/one/node_modules'],
  ])('has nothing kept where %s is a link', async (_, link, part) => {
    await write(folder, { 'outside/one/node_modules/secret': 'secret\n' })
    const place = await openPlace({}, [part])
    await symlink(join(folder, 'outside'), join(place.tree, link))
    await cache.keep('a', place)
    expect(said).toEqual(['dependencies could not be kept'])
    expect(await readdir(join(folder, 'kept')).catch(() => [])).toEqual([])
  })

  it.each(['../outside', '/etc', '~/../outside'])('has nothing kept of %s', async (part) => {
    await cache.keep('a', await openPlace({}, [part]))
    expect(said).toEqual(['dependencies could not be kept'])
  })

  it('is given nothing through a link', async () => {
    const parts = ['packages/one/node_modules']
    await cache.keep('a', await openPlace({ 'tree/packages/one/node_modules/dep.js': 'dep\n' }, parts))
    const place = await openPlace({}, parts)
    await mkdir(join(folder, 'outside/one'), { recursive: true })
    await symlink(join(folder, 'outside'), join(place.tree, 'packages'))
    expect(await cache.restore('a', place)).toBe(false)
    expect(await readdir(join(folder, 'outside/one'))).toEqual([])
  })

  it('keeps what stands in it, and what was copied before goes again', async () => {
    await cache.keep('a', await openPlace(installed))
    const place = await openPlace({ 'home/.venv/own': 'own\n' })
    expect(await cache.restore('a', place)).toBe(false)
    expect(await readdir(place.tree)).toEqual([])
    expect(await readdir(join(place.home, '.venv'))).toEqual(['own'])
  })
})

describe('the room', () => {
  const big = (mebibytes: number) => ({ 'tree/node_modules/big': 'x'.repeat(mebibytes * mebibyte) })

  it('is made by what was used longest ago', async () => {
    cache = openCache(10 * mebibyte)
    for (const key of ['a', 'b', 'c']) {
      await cache.keep(key, await openPlace(big(3)))
      time += 2 * 3_600_000
    }
    expect(await cache.restore('a', await openPlace())).toBe(true)
    time += 2 * 3_600_000
    await cache.keep('d', await openPlace(big(3)))
    expect((await readdir(join(folder, 'kept'))).sort()).toEqual(['a', 'c', 'd'])
  })

  it('is not made by what may be in use', async () => {
    cache = openCache(10 * mebibyte)
    for (const key of ['a', 'b', 'c', 'd']) await cache.keep(key, await openPlace(big(3)))
    expect((await readdir(join(folder, 'kept'))).sort()).toEqual(['a', 'b', 'c'])
  })

  it('is not given to what alone takes more than half of it', async () => {
    cache = openCache(10 * mebibyte)
    await cache.keep('a', await openPlace(big(6)))
    expect(await readdir(join(folder, 'kept')).catch(() => [])).toEqual([])
  })

  it('is cleared of what somebody began who died', async () => {
    await write(join(folder, 'kept'), { '.incoming-x/0/node_modules/a': 'a\n', '.leaving-y/0/b': 'b\n' })
    expect(await cache.restore('.incoming-x', await openPlace())).toBe(false)
    time += day
    await cache.keep('a', await openPlace(installed))
    expect(await readdir(join(folder, 'kept'))).toEqual(['a'])
    await rm(join(folder, 'kept'), { recursive: true })
  })
})
