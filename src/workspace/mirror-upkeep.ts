// Every fetch leaves a pack, and every look for an object goes through all of them: with 400, listing a tree takes eight
// times as long, and packing a decoy three times.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from './git.ts'

/** git's own bound (gc.autoPackLimit). */
const mostPacks = 50

/**
 * Puts small packs together once there are many; alone with the mirror, while runs read it. They lose nothing: also what
 * no branch leads to any more is kept, and git looks again where a pack has gone. What fails is tried at the next fetch.
 */
export async function boundPacks(git: Git, gitDir: string): Promise<void> {
  const packs = (await readdir(join(gitDir, 'objects/pack'))).filter((name) => name.endsWith('.pack'))
  if (packs.length <= mostPacks) return
  await git.attempt(['repack', '--quiet', '--geometric=2', '-d'], { gitDir })
  await git.attempt(['pack-refs', '--all'], { gitDir })
}
