import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, openBench, write } from './sources.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench()
})

afterEach(async () => {
  await closeBench(bench)
})

/** The user that is nobody, where the tests run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

it('enters folders that a command shut, in a clone that belongs to another user', async () => {
  await write(bench.source, { 'a.txt': 'one\n', 'folder/b.txt': 'b\n' })
  const commit = await commitAll(bench.source)
  const root = join(bench.folder, 'open-data')
  await mkdir(root)
  await chmod(root, 0o777)
  await chmod(bench.folder, 0o755)
  const program = fileURLToPath(new URL('./shut-folders.ts', import.meta.url))
  const result = await execa(process.execPath, [program, root, bench.source, commit], nobody)
  expect(JSON.parse(result.stdout)).toEqual({
    changed: ['folder/b.txt'],
    restored: { names: ['.git', 'a.txt', 'folder'], text: 'b\n' },
    left: [],
  })
})
