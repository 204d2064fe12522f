// What one command puts on the disk. A quota would need root; so two figures are looked at that cost nothing, what its
// processes wrote and how much is free, and only when one has moved by as much as the command may write is it counted
// what it has left there. Either alone has a gap: others give room back meanwhile, and not every kernel tells.
import { type Dirent, lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'

export interface DiskWatch {
  /** What the command may write and keep, in bytes. */
  limitBytes: number
  /** Absolute; where it can write. */
  folders: string[]
  /** Processes of the command that live: their open files count although nobody can see them any more. */
  processes(): number[]
}

/** `stat` counts in these, whatever the file system's own blocks are. */
const blockBytes = 512
/** Then others have their turn: a webhook must not wait for a large tree. */
const looksAtOnce = 1_000
/** File systems keep times a little coarser than clocks. */
const slackMs = 1_000

/** Answers whether the limit is passed, from now on; each look takes a moment only. */
export async function watchDisk(watch: DiskWatch): Promise<() => Promise<boolean>> {
  const since = Date.now() - slackMs
  const step = watch.limitBytes / 20
  const freeAtFirst = await freeBytes(watch.folders)
  const wroteAtFirst = wroteBytes(watch.processes())
  let most = freeAtFirst
  let wroteAtCount = wroteAtFirst
  let room = watch.limitBytes
  return async () => {
    const [free, wrote] = [await freeBytes(watch.folders), wroteBytes(watch.processes())]
    most = Math.max(most, free)
    if (most - free < room && wrote - wroteAtCount < room) return false
    const { bytes, hidden } = await writtenBytes(watch, since)
    // What cannot be looked at could hold all of it.
    const written = hidden ? Math.max(bytes, wrote - wroteAtFirst, freeAtFirst - free || 0) : bytes
    // What was written again, or by somebody else, leaves room: counted anew once that can be full.
    room = Math.max(watch.limitBytes - written, step)
    most = free
    wroteAtCount = wrote
    return written >= watch.limitBytes
  }
}

/** As the kernel counts it, for each process with the children that it has outlived; nothing where that cannot be read. */
function wroteBytes(processes: number[]): number {
  return processes.reduce((sum, pid) => {
    const counted = attempt(() => readFileSync(`/proc/${pid}/io`, 'latin1'))
    return sum + Number(/^write_bytes: (\d+)/m.exec(counted ?? '')?.[1] ?? 0)
  }, 0)
}

async function freeBytes(folders: string[]): Promise<number> {
  const found = await Promise.all(folders.map((folder) => statfs(folder).catch(() => undefined)))
  return Math.min(...found.map((disk) => (disk === undefined ? Infinity : disk.bavail * disk.bsize)))
}

interface Written {
  bytes: number
  /** Some folder could not be read: it is shut, or lies deeper than any path leads. */
  hidden: boolean
}

/** Everything that has changed since then; a file with several names counts once. */
async function writtenBytes({ folders, processes }: DiskWatch, since: number): Promise<Written> {
  const seen = new Map<string, number>()
  const count = (found: Stats | undefined) => {
    if (found !== undefined && found.ctimeMs >= since) seen.set(`${found.dev}:${found.ino}`, found.blocks * blockBytes)
  }
  let looks = 0
  let hidden = false
  for (const folder of folders) {
    for (const path of pathsBelow(folder)) {
      if (path === undefined) hidden = true
      else count(attempt(() => lstatSync(path)))
      looks += 1
      if (looks % looksAtOnce === 0) await breathe()
    }
  }
  for (const pid of processes()) for (const found of deletedFiles(pid)) count(found)
  return { bytes: [...seen.values()].reduce((sum, bytes) => sum + bytes, 0), hidden }
}

/** Links are not followed. Undefined for a folder that is there and cannot be read. */
function* pathsBelow(folder: string): Generator<string | undefined> {
  const open = [folder]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = entriesOf(next)
    if (entries === undefined) yield undefined
    for (const entry of entries ?? []) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) open.push(path)
      else yield path
    }
  }
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (thrown) {
    // Gone since it was seen.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? [] : undefined
  }
}

function deletedFiles(pid: number): Stats[] {
  const folder = `/proc/${pid}/fd`
  return (attempt(() => readdirSync(folder)) ?? []).flatMap((fd) => {
    const found = attempt(() => statSync(join(folder, fd)))
    return found?.isFile() && found.nlink === 0 ? [found] : []
  })
}

function attempt<Value>(look: () => Value): Value | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
