import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes the folder of a check's report, or the link that stands in its place; never what a link points to. */
export async function removeReportFolder(home: string, folder: string): Promise<void> {
  await rm(join(home, folder), { recursive: true, force: true }).catch(() => undefined)
}
