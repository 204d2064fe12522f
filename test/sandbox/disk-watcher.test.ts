import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { watchDisk } from '../../src/sandbox/disk-watcher.ts'
import { removeFolder } from '../../src/workspace/permissions.ts'

const limitBytes = 2 ** 20

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'draftsmith-disk-'))
})
afterEach(() => removeFolder(root))

it('counts what a command leaves, and not what it writes again', async () => {
  const isPassed = await watchDisk({ limitBytes, folders: [root], processes: () => [process.pid] })
  const file = join(root, 'a')
  for (let time = 0; time < 3; time += 1) await writeFile(file, Buffer.alloc(limitBytes / 2, 1))
  expect(await isPassed()).toBe(false)
  await writeFile(join(root, 'b'), Buffer.alloc(limitBytes, 1))
  expect(await isPassed()).toBe(true)
})

it('is not deceived by folders that nobody can look into, such as those deeper than any path leads', async () => {
  const [folder, chain] = [join(root, 'tree'), join(root, 'chain')]
  const isPassed = await watchDisk({ limitBytes, folders: [folder], processes: () => [process.pid] })
  const bottom = join(chain, ...Array<string>(15).fill('d'.repeat(199)))
  await mkdir(join(folder, 'deep'), { recursive: true })
  await writeFile(join(folder, 'deep/large'), Buffer.alloc(4 * limitBytes, 1))
  for (let piece = 0; piece < 2; piece += 1) {
    await mkdir(bottom, { recursive: true })
    await rename(join(folder, 'deep'), join(bottom, 'below'))
    await rename(chain, join(folder, 'deep'))
  }
  expect(await isPassed()).toBe(true)
})
