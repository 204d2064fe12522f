// Starts git from a small process of its own. To start a program, Linux first copies the page table of whoever starts it, and
// Node stands still meanwhile: in a service of some hundred MB that is tens of milliseconds for each of a run's hundreds of
// calls, in which no webhook is answered. The small process has nothing to copy, and none of our environment.
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'

export interface GitCommand {
  args: string[]
  /** Absolute. */
  cwd: string
  /** The whole environment. */
  env: Record<string, string>
  input: string | Uint8Array
  timeoutMs: number
  /** Most bytes of each output. */
  outputBytes: number
}

export interface GitEnd {
  /** Undefined when it did not start or did not end by itself. */
  exitCode: number | undefined
  stdout: Uint8Array
  stderr: Uint8Array
  cancelled: boolean
  timedOut: boolean
  outputExceeded: boolean
  signal: string | undefined
  /** Why it did not start. */
  problem: string | undefined
}

/** What the small process is told. */
export type ToStarter = { kind: 'start'; id: number; command: GitCommand } | { kind: 'cancel'; id: number }
export interface FromStarter {
  id: number
  end: GitEnd
}

interface Starter {
  child: ChildProcess
  /** Who waits, by the id of the call. */
  waiting: Map<number, (end: GitEnd) => void>
}

let starter: Starter | undefined
let lastId = 0

/** Never rejects. One small process serves all; it begins with the first call, and ends with ours however that ends. */
export function startGit(command: GitCommand, signal?: AbortSignal): Promise<GitEnd> {
  if (signal?.aborted) return Promise.resolve({ ...notStarted('it was cancelled before'), cancelled: true })
  starter ??= openStarter()
  const { child, waiting } = starter
  lastId += 1
  const id = lastId
  const tell = (message: ToStarter) =>
    child.send(message, (error) => error && waiting.get(id)?.(notStarted(error.message)))
  const cancel = () => tell({ kind: 'cancel', id })
  return new Promise<GitEnd>((resolve) => {
    waiting.set(id, resolve)
    child.channel?.ref()
    signal?.addEventListener('abort', cancel, { once: true })
    tell({ kind: 'start', id, command })
  }).finally(() => {
    signal?.removeEventListener('abort', cancel)
    waiting.delete(id)
    // Whoever waits for nothing may end.
    if (waiting.size === 0) child.channel?.unref()
  })
}

/** A group of its own, so that an interrupt at the terminal reaches us alone and we decide what becomes of git. */
function openStarter(): Starter {
  // Built, it stands beside this file with another extension.
  const program = new URL('./git-program.ts', import.meta.url).href.replace(/\.ts$/, extname(import.meta.url))
  const child = fork(new URL(program), {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    detached: true,
    stdio: 'ignore',
  })
  const opened: Starter = { child, waiting: new Map() }
  child.on('message', ({ id, end }: FromStarter) => opened.waiting.get(id)?.(end))
  const gone = () => {
    if (starter === opened) starter = undefined
    for (const settle of opened.waiting.values()) settle(notStarted('the process that starts it ended'))
  }
  child.once('exit', gone).once('error', gone)
  child.unref()
  return opened
}

function notStarted(problem: string): GitEnd {
  const [stdout, stderr] = [new Uint8Array(), new Uint8Array()]
  const ended = { exitCode: undefined, signal: undefined, cancelled: false, timedOut: false, outputExceeded: false }
  return { ...ended, stdout, stderr, problem }
}
