// The service as several processes, each on a data folder of its own as on a machine of its own, and each replaced when it dies.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { essentials } from '../bench/programs.ts'

export interface FleetOptions {
  /** Below it, each member has its data and its log. */
  folder: string
  members: number
  /** All but the data folder, which is the member's own. */
  environment(member: string): Record<string, string>
  /** Each line that a member logs. */
  logged(member: string, line: string): void
}

/** One machine: its processes come and go, its data folder stays. */
export interface Member {
  name: string
  dataDir: string
  /** Undefined while nothing answers there. */
  url: string | undefined
  /** It answers, and nothing is being done to it. */
  readonly ready: boolean
  /** SIGKILL, and a new process after the pause. */
  crash(pauseMs: number): Promise<void>
  /** SIGSTOP, and SIGCONT after the pause, unless it died meanwhile. */
  freeze(pauseMs: number): Promise<void>
}

export interface Fleet {
  members: readonly Member[]
  /** Processes that ended without being asked to, with the last they said. */
  readonly fallen: string[]
  /** Asks all of them to end, gracefully. */
  stop(): Promise<void>
}

/** Resolves when the first one is ready; the others follow. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const fallen: string[] = []
  const names = Array.from({ length: options.members }, (_, index) => `member-${index + 1}`)
  const machines = await Promise.all(names.map((name) => createMachine(name, options, fallen)))
  const [first, ...others] = machines
  await first?.start()
  await Promise.all(others.map((machine) => machine.start()))
  return {
    members: machines,
    fallen,
    async stop() {
      await Promise.all(machines.map((machine) => machine.stop()))
    },
  }
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const readyMs = 60_000

async function createMachine(name: string, options: FleetOptions, fallen: string[]) {
  const folder = join(options.folder, name)
  const dataDir = join(folder, 'data')
  await mkdir(dataDir, { recursive: true })
  const log = createWriteStream(join(folder, 'service.log'), { flags: 'a' })
  let child: ChildProcess | undefined
  let stopping = false
  let struck = false

  const machine = {
    name,
    dataDir,
    url: undefined as string | undefined,

    get ready() {
      return machine.url !== undefined && !struck
    },

    async start(): Promise<void> {
      const started = spawn(process.execPath, [main], {
        cwd: folder,
        env: { ...essentials(), ...options.environment(name), DRAFTSMITH_DATA_DIR: dataDir, PORT: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      const last: string[] = []
      for (const stream of [started.stdout, started.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          log.write(`${line}\n`)
          options.logged(name, line)
          last.push(line)
          if (last.length > 5) last.shift()
          if (line.includes('Draftsmith is ready')) machine.url = String(JSON.parse(line).url)
        })
      started.once('exit', (code, signal) => {
        machine.url = undefined
        if (signal === 'SIGKILL' || stopping) return
        fallen.push(`${name} ended with ${code ?? signal}: ${last.join(' ')}`)
        void sleep(1_000).then(() => (stopping ? undefined : machine.start()))
      })
      for (let waited = 0; machine.url === undefined && started.exitCode === null && waited < readyMs; waited += 50)
        await sleep(50)
    },

    async crash(pauseMs: number): Promise<void> {
      const killed = child
      if (struck || killed === undefined || killed.exitCode !== null) return
      struck = true
      const exited = once(killed, 'exit')
      killed.kill('SIGKILL')
      await exited
      await sleep(pauseMs)
      if (!stopping) await machine.start()
      struck = false
    },

    async freeze(pauseMs: number): Promise<void> {
      if (struck) return
      struck = true
      const frozen = child
      frozen?.kill('SIGSTOP')
      await sleep(pauseMs)
      frozen?.kill('SIGCONT')
      struck = false
    },

    async stop(): Promise<void> {
      stopping = true
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const insist = setTimeout(() => child?.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(insist)
      log.end()
    },
  }
  return machine
}

/** Removes what the fleet kept; to be called once nothing of it is looked at any more. */
export function removeFleet(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
