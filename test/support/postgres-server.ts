// A PostgreSQL of the machine's own binaries in a temporary folder, on loopback; without fsync, unless it is to be durable.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

export interface PostgresServer {
  url: string
  /** Ends it as `pg_ctl stop -m fast` does, which ends every connection, and starts it again on the same port after the pause. */
  restart(pauseMs: number): Promise<void>
  /** Stops the server and removes its folder; the same happens when this process dies. */
  stop(): Promise<void>
}

/** Undefined where the machine has no PostgreSQL. A durable one writes as PostgreSQL does by default; for measuring. */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer | undefined> {
  const binaries = await findBinaries()
  if (binaries === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-postgres-'))
  const user = await unprivilegedUser()
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } }
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(binaries, 'initdb'), initdb, options)
  const port = await freePort()
  const settings = durable ? [] : fast
  const server = spawn(
    'sh',
    ['-c', guarded, 'sh', join(binaries, 'postgres'), data, String(port), folder, ...settings],
    {
      ...options,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  const stopped = createInterface({ input: server.stdout })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await answers(url, server)
  return {
    url,
    restart: async (pauseMs) => {
      const down = once(stopped, 'line')
      server.stdin.write('stop\n')
      await down
      await sleep(pauseMs)
      server.stdin.write('start\n')
      await answers(url, server)
    },
    stop: async () => {
      const exited = once(server, 'exit')
      server.stdin.end()
      await exited
    },
  }
}

const fast = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`])

/** The pipe closes when this process ends, in whatever way; nothing is left behind then. */
const guarded = `
binary=$1 data=$2 port=$3 folder=$4
shift 4
start() {
  "$binary" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \\
    -c shared_buffers=32MB -c max_connections=100 "$@" > /dev/null &
  server=$!
}
stop() {
  kill -INT $server
  wait $server
}
start "$@"
while read -r asked; do
  case $asked in
    stop) stop; echo stopped ;;
    start) start "$@" ;;
  esac
done
stop
rm -rf "$folder"
`

async function findBinaries(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? (await readdir(debian)).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  return { uid: Number(entry?.[2] ?? 65_534), gid: Number(entry?.[3] ?? 65_534) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (server.exitCode !== null) break
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await sleep(50)
    }
  }
  throw new Error('The PostgreSQL for the tests did not start.')
}
