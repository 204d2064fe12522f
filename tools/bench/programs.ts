// Processes of the benchmark, started and ended one by one.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Program {
  process: ChildProcess
  /** The next line it prints; rejects when it ends without one. */
  line(): Promise<string>
  /** Asks it to end, insists after ten seconds, and waits until it is gone. May be called twice. */
  stop(): Promise<void>
}

export interface ProgramOptions {
  file: URL
  /** For Node itself, ahead of the file. */
  flags?: string[]
  args?: string[]
  env?: Record<string, string>
  /** Default: where this one runs. */
  cwd?: string
  /** Takes everything the program prints on stderr, and with `whole` also on stdout. */
  log: string
  whole?: boolean
}

export function startProgram({ file, flags = [], args = [], env, cwd, log, whole = false }: ProgramOptions): Program {
  const output = openSync(log, 'a')
  const child = spawn(process.execPath, [...flags, fileURLToPath(file), ...args], {
    cwd,
    env: env ?? essentials(),
    stdio: ['ignore', whole ? output : 'pipe', output],
  })
  const lines = child.stdout && createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    line: async () => {
      const next = await lines?.next()
      if (next === undefined || next.done) throw new Error(`${fileURLToPath(file)} ended; its output is in ${log}`)
      return next.value
    },
    stop: () => stop(child),
  }
}

/** What every program needs of this one's environment; no key or address of the user's own gets into a measurement. */
export function essentials(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const insist = new AbortController()
  const killed = sleep(10_000, undefined, { signal: insist.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  )
  await exited
  insist.abort()
  await killed
}
