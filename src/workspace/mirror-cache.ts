// Mirrors as a cache: whoever works on one holds it, and what nobody holds goes when all of them together take too much
// room, longest unused first. The kernel keeps who holds what, so that a process that died holds nothing.
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createOnce, holdShared, identityOf, tryAlone } from './lock.ts'
import { removeFolder } from './permissions.ts'

const holdName = 'use'
const leavingPrefix = '.leaving-'

/** Makes the folder, and keeps it from being evicted until the answer is called; more than once does no harm. */
export async function holdMirror(folder: string): Promise<() => void> {
  const file = join(folder, holdName)
  for (;;) {
    await mkdir(folder, { recursive: true })
    createOnce(file)
    const before = identityOf(file)
    const release = await holdShared(file)
    // Somebody may have evicted it in between: then what is held is not what stands there.
    if (before !== undefined && before === identityOf(file)) return release
    release()
  }
}

/** Removes mirrors that nobody holds until the others take at most so many bytes. What is held counts and stays. */
export async function evictMirrors(root: string, mostBytes: number): Promise<void> {
  const mirrors = await listMirrors(root)
  let bytes = mirrors.reduce((sum, mirror) => sum + mirror.bytes, 0)
  for (const mirror of mirrors.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= mostBytes) return
    if (await evict(root, mirror.name)) bytes -= mirror.bytes
  }
}

/** What a process left that died while it evicted. */
export async function sweepEvicted(root: string): Promise<void> {
  const names = await readdir(root).catch(() => [])
  for (const name of names) if (name.startsWith(leavingPrefix)) await removeFolder(join(root, name))
}

/** Out of sight first, so that nobody begins with what is half gone. */
async function evict(root: string, name: string): Promise<boolean> {
  const leaving = join(root, `${leavingPrefix}${randomUUID()}`)
  const moved = await tryAlone(join(root, name, holdName), () => rename(join(root, name), leaving))
  if (moved) await removeFolder(leaving)
  return moved
}

async function listMirrors(root: string): Promise<{ name: string; bytes: number; usedAt: number }[]> {
  const names = (await readdir(root).catch(() => [])).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = await stat(join(root, name)).catch(() => undefined)
      if (folder === undefined) return []
      return [{ name, bytes: await bytesBelow(join(root, name)), usedAt: folder.mtimeMs }]
    }),
  )
  return found.flat()
}

/** A mirror is a few packs and a file for each branch. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      lstat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
