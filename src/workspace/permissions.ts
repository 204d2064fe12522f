// Commands of a repository leave folders behind that nobody may enter. We own them, so we may let ourselves in.
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../errors.ts'

/** Gives the owner back what is needed to read, write and enter everything below `folder`. Links are never followed. */
export async function letOwnerIn(folder: string): Promise<void> {
  await allow(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await letOwnerIn(path)
    else if (entry.isFile()) await allow(path, 0o600)
  }
}

/** Removes a folder whatever a command did to it; one that is not there is fine. Throws `infrastructure`/`folder_not_removed`. */
export async function removeFolder(folder: string): Promise<void> {
  const removeIt = () => rm(folder, { recursive: true, force: true, maxRetries: 2 })
  try {
    await removeIt().catch(async () => {
      await letOwnerIn(folder)
      await removeIt()
    })
  } catch (cause) {
    throw new Fault('infrastructure', 'folder_not_removed', `A run's folder could not be removed: ${folder}`, {
      mend: 'It holds files of another user. Remove it by hand, as root.',
      cause,
    })
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
