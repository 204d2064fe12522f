// Commands of a repository leave folders behind that nobody may enter. We own them, so we may let ourselves in.
import { randomUUID } from 'node:crypto'
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'

/** Half of what a path may have on Linux (PATH_MAX). A command that goes down step by step can make longer ones, and nobody can name those. */
const longestPath = 2_048

/**
 * Gives the owner back what is needed to read, write and enter everything below `folder`. Links are never followed. Answers
 * the folders that lie too deep to go on; they are open, and what is in them is as it was.
 */
export async function letOwnerIn(folder: string): Promise<string[]> {
  await allow(folder, 0o700)
  if (Buffer.byteLength(folder) > longestPath) return [folder]
  const deep: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) deep.push(...(await letOwnerIn(path)))
    else if (entry.isFile()) await allow(path, 0o600)
  }
  return deep
}

/** Removes a folder whatever a command did to it; one that is not there is fine. Throws `infrastructure`/`folder_not_removed`. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await remove(folder).catch(async () => {
      await removeDepths(folder)
      await remove(folder)
    })
  } catch (cause) {
    throw new Fault('infrastructure', 'folder_not_removed', `A run's folder could not be removed: ${folder}`, {
      mend: 'It holds files of another user. Remove it by hand, as root.',
      cause,
    })
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 2 })
}

/** What lies too deep is moved up, piece by piece, and removed from there. */
async function removeDepths(folder: string): Promise<void> {
  const pieces = [folder]
  // Grows while it is gone through: a piece can be as deep again.
  for (const piece of pieces) {
    for (const deep of await letOwnerIn(piece)) {
      const up = join(folder, `.deep-${randomUUID()}`)
      await rename(deep, up)
      pieces.push(up)
    }
    if (piece !== folder) await remove(piece)
  }
}

/** What belongs to somebody else stays as it is, and what is gone is gone; whoever needs it says so. */
async function allow(path: string, bits: number): Promise<void> {
  try {
    const { mode } = await lstat(path)
    if ((mode & bits) !== bits) await chmod(path, (mode & 0o7777) | bits)
  } catch {
    // See above.
  }
}
