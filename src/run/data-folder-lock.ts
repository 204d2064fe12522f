// One process a data folder. The mark of a holder is a Unix socket that it listens on: the kernel closes it however the
// process dies, and no process id is compared, since in a container every process is number 1.
//
// Each process listens on a socket with a name of its own and only then looks at the others. Of two that start at the same
// moment at least one sees the other, so two never hold the folder; when both see each other, both step back and try again.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../errors.ts'

export interface FolderLock {
  release(): Promise<void>
}

/** Shorter than `sun_path`, which has 104 bytes on macOS and 108 on Linux. */
const maxSocketPath = 100
const attempts = 4

/** Throws `invalid_input` with code `database_in_use` when another process holds the folder. */
export async function lockDataFolder(folder: string): Promise<FolderLock> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const lock = await tryLock(folder)
    if (lock !== undefined) return lock
    if (attempt < attempts) await sleep(20 + Math.random() * 80 * attempt)
  }
  throw new Fault('invalid_input', 'database_in_use', `Another Draftsmith process uses the data folder ${folder}.`, {
    mend: 'Stop the other process, or set DATABASE_URL to a PostgreSQL database, which several processes can share.',
    data: { folder },
  })
}

async function tryLock(folder: string): Promise<FolderLock | undefined> {
  const { server, path, sockets } = await listenIn(folder)
  const release = async () => {
    await rm(path, { force: true })
    await new Promise((resolve) => server.close(resolve))
  }
  try {
    if (!(await anotherHolder(sockets, path))) return { release }
  } catch (cause) {
    await release()
    throw cause
  }
  await release()
  return undefined
}

interface Listening {
  server: Server
  path: string
  sockets: string
}

/** In the folder itself, so that containers that share it see each other; in the temporary folder where that cannot be. */
async function listenIn(folder: string): Promise<Listening> {
  const real = await realpath(folder)
  const name = randomBytes(4).toString('hex')
  const substitute = join(tmpdir(), `draftsmith-${createHash('sha256').update(real).digest('hex').slice(0, 16)}`)
  if (Buffer.byteLength(join(real, `lock-${name}.new`)) <= maxSocketPath) {
    try {
      return await listen(real, name)
    } catch (error) {
      // Some shared volumes cannot hold sockets.
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (!['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'EACCES'].includes(code)) throw error
    }
  }
  await mkdir(substitute, { recursive: true, mode: 0o700 })
  return listen(substitute, name)
}

/** Listens first and takes the visible name afterwards, so that nobody finds a socket that does not answer yet. */
async function listen(sockets: string, name: string): Promise<Listening> {
  const server = createServer((connection) => connection.destroy())
  const hidden = join(sockets, `lock-${name}.new`)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(hidden, resolve)
  })
  server.unref()
  const path = join(sockets, `lock-${name}`)
  await rename(hidden, path)
  return { server, path, sockets }
}

async function anotherHolder(sockets: string, own: string): Promise<boolean> {
  const names = (await readdir(sockets)).filter((name) => /^lock-[0-9a-f]{8}$/.test(name))
  const others = names.map((name) => join(sockets, name)).filter((path) => path !== own)
  const alive = await Promise.all(others.map(answersOrRemove))
  return alive.includes(true)
}

/** A socket that refuses belongs to a process that died. Its name is never used again, so removing it harms nobody. */
async function answersOrRemove(path: string): Promise<boolean> {
  const answer = await connect(path)
  if (answer === 'refused') await rm(path, { force: true })
  return answer === 'alive'
}

function connect(path: string): Promise<'alive' | 'refused' | 'gone'> {
  return new Promise((resolve) => {
    const connection = createConnection(path)
    connection.once('connect', () => {
      connection.destroy()
      resolve('alive')
    })
    connection.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('refused')
      else resolve(error.code === 'ENOENT' ? 'gone' : 'alive')
    })
  })
}
