// Reading what untrusted code left in its HOME: never through a link, never a device, never without a bound.
import { constants } from 'node:fs'
import { lstat, open, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'

const maxBytes = 32 * 1024 * 1024

/** The text of `home/folder/name`; undefined when it is not there, is not a plain file in that very place, or is too large. */
export async function readReportFile(home: string, folder: string, name: string): Promise<string | undefined> {
  const path = join(home, folder)
  try {
    if ((await realpath(path)) !== join(await realpath(home), folder)) return undefined
    if (!(await lstat(join(path, name))).isFile()) return undefined
    await using file = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { size } = await file.stat()
    return size > maxBytes ? undefined : await file.readFile('utf8')
  } catch {
    return undefined
  }
}

/** Removes the folder, or the link that stands in its place; never what a link points to. */
export async function removeReportFolder(home: string, folder: string): Promise<void> {
  await rm(join(home, folder), { recursive: true, force: true }).catch(() => undefined)
}
