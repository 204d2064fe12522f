// Where attacks are let loose: network namespaces that hold nothing but loopback and the metadata server's address, so
// that no packet can leave the machine. With the defence off everything else is thrown away, too.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { openSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Defence, Family } from './hostile-case.ts'

export interface Verdict {
  name: string
  reached: boolean
  error?: string
  durationMs: number
}

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const arena = fileURLToPath(new URL('../main.ts', import.meta.url))
/** The address of the clouds' metadata servers, here an own canary's. */
const bringUpNetwork = 'ip link set lo up && ip addr add 169.254.169.254/32 dev lo && exec "$@"'

/** Runs a family's attacks; each verdict is told as it comes. Rejects when the place itself cannot be set up. */
export async function runAttacks(family: Family, defence: Defence, told: (verdict: Verdict) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-hostile-'))
  try {
    const child = start(family, defence, folder)
    const errors: string[] = []
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => told(JSON.parse(line)))
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    )
    if (code !== 0) throw new Error(`The place for attacks ended with ${code}: ${errors.join('').slice(-2_000)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function start(family: Family, defence: Defence, folder: string): ChildProcess {
  const walls = defence === 'on' ? ownNetwork() : ownEverything(folder)
  const program = ['sh', '-c', bringUpNetwork, 'sh', process.execPath, arena, family, defence]
  // With the defence on, whatever stays behind goes with the folder; off, everything is thrown away anyway.
  const secret = `HOSTILE-${randomBytes(12).toString('hex')}`
  const [file = '', ...args] = [...walls, ...program]
  return spawn(file, args, {
    env: {
      PATH: machinePath(),
      HOME: homedir(),
      TMPDIR: defence === 'on' ? folder : tmpdir(),
      LANG: 'C.UTF-8',
      HOSTILE_SECRET: secret,
    },
    stdio: leaking(leakedDescriptor(folder, secret)),
  })
}

/** The defence has to hold by itself: only the network is closed around it, in case it does not. */
function ownNetwork(): string[] {
  return ['unshare', '--map-root-user', '--net', '--mount', '--fork', '--kill-child']
}

/** Files of the machine cannot be written and homes are empty; root within, so that nothing but the defence is missing. */
function ownEverything(folder: string): string[] {
  const namespaces = ['user', 'net', 'pid', 'ipc', 'uts'].map((kind) => `--unshare-${kind}`)
  const identity = ['--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--die-with-parent', '--new-session']
  const emptied = ['/root', '/home', '/run', '/var', '/tmp', tmpdir(), homedir()].flatMap((path) => ['--tmpfs', path])
  const node = dirname(dirname(process.execPath))
  const shown = [checkout, node, folder].flatMap((path) => ['--ro-bind', path, path])
  return [
    'bwrap',
    ...namespaces,
    ...identity,
    '--ro-bind',
    '/',
    '/',
    ...emptied,
    ...shown,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--',
  ]
}

/** An open file with the secret in it, as a careless starter of ours might hand down. */
function leakedDescriptor(folder: string, secret: string): number {
  const file = join(folder, 'descriptor')
  writeFileSync(file, secret)
  return openSync(file, 'r')
}

/** Node closes what it inherits up to the first gap beyond 16; this one it passes on. */
function leaking(descriptor: number): ('ignore' | 'pipe' | number)[] {
  return ['ignore', 'pipe', 'pipe', ...Array.from({ length: 37 }, () => 'ignore' as const), descriptor]
}

/** System folders only: what stands in somebody's home is not shown with the defence off. */
function machinePath(): string {
  return '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}
