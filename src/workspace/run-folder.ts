// The folder of a run's work tree, held for as long as a process works in it. What nobody holds was left by a process that died,
// whatever has become of the run since: it goes on in another process, or from a fresh folder in this one.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eachInTurn } from './each-in-turn.ts'
import { holdAlone } from './lock.ts'
import { removeFolder } from './permissions.ts'

export interface RunFolder {
  /** Absolute; made by whoever took it, and gone before it is released. */
  path: string
  /** May be called twice. */
  release(): void
}

/** An earlier attempt at the run that unwinds still, in this process or another one, keeps its folder: then this one gets the next name. */
export async function takeRunFolder(root: string, runId: string): Promise<RunFolder> {
  await mkdir(join(root, locks), { recursive: true })
  for (let nth = 1; ; nth += 1) {
    const taken = take(root, nth === 1 ? runId : `${runId}-${nth}`)
    if (taken === undefined) continue
    await empty(taken)
    return taken
  }
}

/** Of what cannot be removed the first is thrown, once all others are gone. */
export async function sweepRunFolders(root: string): Promise<void> {
  await mkdir(join(root, locks), { recursive: true })
  const names = await namesOf(root)
  await eachInTurn([...names].map((name) => () => sweepRunFolder(root, name)))
}

async function sweepRunFolder(root: string, name: string): Promise<void> {
  const taken = take(root, name)
  if (taken === undefined) return
  await empty(taken)
  taken.release()
}

const runs = 'runs'
/** Beside the folders, so that a lock outlives the removal of what it guards. */
const locks = 'run-locks'
/** SQLite puts files of its own beside a lock's. */
const ending = '.lock'

function take(root: string, name: string): RunFolder | undefined {
  const release = holdAlone(join(root, locks, `${name}${ending}`))
  return release && { path: join(root, runs, name), release }
}

async function empty({ path, release }: RunFolder): Promise<void> {
  await removeFolder(path).catch((thrown: unknown) => {
    release()
    throw thrown
  })
}

/** Of folders without a lock, too, and of locks without a folder. */
async function namesOf(root: string): Promise<Set<string>> {
  const folders = await readdir(join(root, runs)).catch(() => [])
  const files = await readdir(join(root, locks))
  const locked = files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length))
  return new Set([...folders, ...locked])
}
