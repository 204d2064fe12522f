// Dependencies in folders of the host, one a key. Only copies go in and out, and a folder takes its place in one rename, so
// that a key that is there is whole, whoever died meanwhile.
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, realpath, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import type { DependencyCache, InstalledPlace } from '../toolchain/dependency-cache.ts'
import { removeFolder } from './permissions.ts'

export interface FolderDependencyCacheOptions {
  /** Absolute; nobody else writes there, no sandbox sees it. */
  root: string
  /** Of all that is kept together; what alone is more than half of it is not kept. */
  maxBytes: number
  now: () => Date
  /** Told why something was not kept or not used. */
  note?: (message: string, cause: unknown) => void
}

/** Not every manifest names exact versions: after that time the registries are asked again. */
const maxAgeMs = 7 * 24 * 3_600_000
/** What was used within this time may be in use still: it is never removed, and new work is not kept where there is no room. */
const inUseMs = 3_600_000

export function createFolderDependencyCache(options: FolderDependencyCacheOptions): DependencyCache {
  const { note = () => {} } = options
  return {
    async restore(key, place) {
      const copied: string[] = []
      try {
        return await restore({ ...options, key, place }, copied)
      } catch (cause) {
        await Promise.all(copied.map((path) => removeFolder(path).catch(() => undefined)))
        note('kept dependencies could not be used', cause)
        return false
      }
    },
    async keep(key, place) {
      const incoming = join(options.root, `${incomingPrefix}${randomUUID()}`)
      try {
        await keep({ ...options, key, place }, incoming)
      } catch (cause) {
        note('dependencies could not be kept', cause)
      } finally {
        await removeFolder(incoming).catch(() => undefined)
      }
    },
  }
}

const incomingPrefix = '.incoming-'
const leavingPrefix = '.leaving-'
const recordName = 'kept.json'
const record = z.object({ parts: z.array(z.string()), bytes: z.number(), keptAt: z.number() })

interface Work extends FolderDependencyCacheOptions {
  key: string
  place: InstalledPlace
}

/** Each part has a folder of its own, by its number: a name of the repository's never becomes one of ours. */
async function restore({ root, key, place, now }: Work, copied: string[]): Promise<boolean> {
  const entry = join(root, key)
  const kept = await readRecord(entry)
  if (kept === undefined || now().getTime() - kept.keptAt > maxAgeMs) return false
  await utimes(entry, now(), now())
  const targets = await Promise.all(kept.parts.map((part) => locate(part, place)))
  if (targets.some((target) => target === undefined)) return false
  for (const [index, target] of targets.entries()) {
    if (target === undefined || (await exists(target))) throw new Error('something stands in the way')
    await mkdir(dirname(target), { recursive: true })
    copied.push(target)
    await copy(join(entry, String(index), posix.basename(target)), dirname(target))
  }
  return true
}

async function keep({ root, key, place, maxBytes, now }: Work, incoming: string): Promise<void> {
  const known = await readRecord(join(root, key))
  if (known !== undefined && now().getTime() - known.keptAt <= maxAgeMs) return
  const located = await Promise.all(place.parts.map(async (part) => ({ part, source: await locate(part, place) })))
  if (located.some(({ source }) => source === undefined)) throw new Error('a part lies behind a link')
  const there: { part: string; source: string }[] = []
  for (const { part, source } of located)
    if (source !== undefined && (await exists(source))) there.push({ part, source })
  const bytes = await sizeOf(there.map(({ source }) => source))
  if (bytes > maxBytes / 2 || !(await makeRoom({ root, maxBytes, now, key }, bytes))) return
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  for (const [index, { source }] of there.entries()) {
    const folder = join(incoming, String(index))
    await mkdir(folder)
    await copy(source, folder)
  }
  const kept = { parts: there.map(({ part }) => part), bytes, keptAt: now().getTime() }
  await writeFile(join(incoming, recordName), JSON.stringify(kept))
  await utimes(incoming, now(), now())
  await rename(incoming, join(root, key)).catch((cause: unknown) => {
    // Somebody was first, and what they kept is as good.
    if (!isThere(cause)) throw cause
  })
}

/** Where a part stands, if every folder above it that exists is one and no link leads out; undefined otherwise. The part itself must be no link. */
async function locate(part: string, { tree, home }: InstalledPlace): Promise<string | undefined> {
  const [root, inside] = part.startsWith('~/') ? [home, part.slice(2)] : [tree, part]
  if (posix.isAbsolute(inside) || posix.normalize(inside).startsWith('..')) return undefined
  const real = await realpath(root)
  for (let folder = posix.dirname(inside); folder !== '.'; folder = posix.dirname(folder)) {
    const path = join(real, folder)
    if ((await exists(path)) && (await realpath(path)) !== path) return undefined
  }
  const path = join(real, inside)
  const found = await lstat(path).catch(() => undefined)
  return found === undefined || found.isDirectory() || found.isFile() ? path : undefined
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

/** Links are copied as links. Where the file system can, both share their blocks until one is written to. */
async function copy(source: string, folder: string): Promise<void> {
  const share = process.platform === 'linux' ? ['--reflink=auto'] : []
  await execa('cp', ['-a', ...share, '--', source, folder], { stdin: 'ignore' })
}

async function sizeOf(paths: string[]): Promise<number> {
  if (paths.length === 0) return 0
  const { stdout } = await execa('du', ['-sk', '--', ...paths], { stdin: 'ignore' })
  return stdout.split('\n').reduce((sum, line) => sum + Number.parseInt(line, 10) * 1024, 0)
}

/** Removes what is too old, then what was used longest ago, until there is room; false when it cannot be made. */
async function makeRoom(
  { root, maxBytes, now, key }: Pick<Work, 'root' | 'maxBytes' | 'now' | 'key'>,
  bytes: number,
): Promise<boolean> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const entries = await readEntries(root)
  let used = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  const time = now().getTime()
  const unneeded = entries.filter((entry) => time - entry.usedAt > inUseMs || (entry.name === key && entry.isOld(time)))
  for (const entry of unneeded.sort((a, b) => a.usedAt - b.usedAt)) {
    if (!entry.isOld(time) && used + bytes <= maxBytes) continue
    await remove(root, entry.name)
    used -= entry.bytes
  }
  return used + bytes <= maxBytes
}

interface Entry {
  name: string
  bytes: number
  usedAt: number
  /** Also of what a process has begun to keep or to remove, and has not ended. */
  isOld(time: number): boolean
}

async function readEntries(root: string): Promise<Entry[]> {
  const names = await readdir(root)
  const entries = await Promise.all(
    names.map(async (name): Promise<Entry | undefined> => {
      const found = await stat(join(root, name)).catch(() => undefined)
      const kept = await readRecord(join(root, name))
      if (found === undefined) return undefined
      const isOld = (time: number) => kept === undefined || name.startsWith('.') || time - kept.keptAt > maxAgeMs
      return { name, bytes: kept?.bytes ?? 0, usedAt: found.mtimeMs, isOld }
    }),
  )
  return entries.filter((entry) => entry !== undefined)
}

/** Out of sight first, so that nobody begins to copy what is half gone. */
async function remove(root: string, name: string): Promise<void> {
  const leaving = join(root, `${leavingPrefix}${randomUUID()}`)
  try {
    await rename(join(root, name), leaving)
  } catch {
    // Another process was first.
    return
  }
  await removeFolder(leaving)
}

async function readRecord(entry: string): Promise<z.infer<typeof record> | undefined> {
  try {
    return record.parse(JSON.parse(await readFile(join(entry, recordName), 'utf8')))
  } catch {
    return undefined
  }
}

function isThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOTEMPTY' || cause.code === 'EEXIST')
}
