// Reading what untrusted code may have left or checked in: never through a link, never a device, never without a bound.
import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'

const maxBytes = 32 * 1024 * 1024

/** The text of `root/folder/name`; undefined when it is not there, is not a plain file in that very place, or is too large. */
export async function readFileInside(root: string, folder: string, name: string): Promise<string | undefined> {
  const path = join(root, folder)
  try {
    if ((await realpath(path)) !== join(await realpath(root), folder)) return undefined
    if (!(await lstat(join(path, name))).isFile()) return undefined
    await using file = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { size } = await file.stat()
    return size > maxBytes ? undefined : await file.readFile('utf8')
  } catch {
    return undefined
  }
}
