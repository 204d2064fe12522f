import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeFolder } from '../../src/workspace/permissions.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'draftsmith-deep-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('a folder is removed whose paths are longer than any path may be', async () => {
  const folder = join(root, 'run')
  await mkdir(folder)
  for (let piece = 0; piece < 4; piece += 1) await putBelow(folder)
  await expect(rm(folder, { recursive: true })).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
  await removeFolder(folder)
  expect(await readdir(root)).toEqual([])
})

/** Puts all that the folder holds 3,000 bytes deeper: what moves up and down is named by its first folder alone. */
async function putBelow(folder: string): Promise<void> {
  const [chain, bottom] = [join(root, 'chain'), join(root, 'chain', ...Array<string>(15).fill('d'.repeat(199)))]
  await mkdir(bottom, { recursive: true })
  await writeFile(join(bottom, 'file.txt'), 'x')
  for (const name of await readdir(folder)) await rename(join(folder, name), join(bottom, `below-${name}`))
  await rename(chain, join(folder, 'chain'))
}
