// One command from its start to the end of its last process: output, deadline, abort, limits. All adapters run on this.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readdirSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { Fault } from '../errors.ts'
import { type BoundedOutput, createBoundedOutput } from './bounded-output.ts'
import { watchDisk } from './disk-watcher.ts'
import type { OutputPipe, OutputPipes } from './output-pipes.ts'
import { killAll } from './process-tree.ts'
import type { Command, CommandResult, ResourceLimits } from './sandbox.ts'

export type LimitReached = NonNullable<CommandResult['limit']>

/** What differs between the adapters. */
export interface Launch {
  file: string
  args: string[]
  /** Environment of the launcher itself. */
  env: Record<string, string>
  cwd: string
  /** Processes of this command that still live, the first one included; asked until it answers with none. */
  alive(child: ChildProcess, status: string): number[]
  /** Ends what is not ours to kill, once `alive` lists nothing more; returns when it is gone. Called more than once. */
  stop?(): Promise<void>
  /** Processes that are not ours to kill, so that they are not listed above; what they hold open counts on the disk. */
  others?(): number[]
  /** Asked ten times a second where no kernel limit holds. */
  watch?: (child: ChildProcess) => LimitReached | undefined
  /** The kernel limit that was met, asked after the end; `errors` is what came on the launcher's own stream. */
  reached(ended: { errors: string }): LimitReached | undefined
  /** The command's own exit code; undefined says that the sandbox broke before there was one. */
  exitCode(ended: { code: number | null; signal: NodeJS.Signals | null; status: string }): number | undefined
  /** A line for the reader below the output of a command that failed. */
  remark?: () => string | undefined
}

export interface Supervision {
  pipes: OutputPipes
  limits: ResourceLimits
  /** Absolute; where the command can write. */
  folders: string[]
  /** Aborted when the session closes. */
  closing: AbortSignal
}

const defaultOutputBytes = 1024 * 1024
const watchEveryMs = 100
const lookAtDiskEveryMs = 250
/** The kernel refuses a single argument from 128 KiB on. */
const lineBytes = 128 * 1024 - 1

/** Never rejects for what the command does; see the port. */
export async function superviseCommand(
  command: Command,
  launch: Launch,
  supervision: Supervision,
): Promise<CommandResult> {
  const started = performance.now()
  const refused = refusedLine(command)
  if (refused !== undefined) return settled(command, { exitCode: 126, output: refused })
  const pipe = await supervision.pipes.open()
  const output = createBoundedOutput(command.outputBytes ?? defaultOutputBytes, command.logFile)
  const run = start(launch, pipe, output)
  const ender = endEarly(command, supervision, () => void run.killTree().catch(() => undefined))
  const writing = () => [...run.alive(), ...(launch.others?.() ?? [])]
  const watching = [watchLimits(launch, run.child, ender.end), watchFolders(supervision, writing, ender.end)]
  try {
    const ended = await run.end()
    await pipe.drained(2_000)
    const limit = ender.limit() ?? limitAtEnd(launch, ended)
    const exitCode = limit === undefined ? readExitCode(launch, ended) : null
    const remark = exitCode === 0 ? undefined : launch.remark?.()
    if (remark !== undefined) output.note(remark)
    await closeLog(output)
    const durationMs = Math.round(performance.now() - started)
    return settled(command, { exitCode, ...(limit && { limit }), durationMs, ...output.text() })
  } finally {
    for (const timer of watching) clearInterval(timer)
    ender.dispose()
  }
}

/** A result for a command that never started. */
export function cancelledBeforeStart(command: Command): CommandResult {
  return settled(command, { exitCode: null, limit: 'cancelled' })
}

function settled(command: Command, facts: Partial<CommandResult>): CommandResult {
  return {
    line: command.line,
    exitCode: null,
    timedOut: facts.limit === 'deadline',
    truncated: false,
    durationMs: 0,
    output: '',
    ...facts,
  }
}

function refusedLine({ line, env = {} }: Command): string | undefined {
  if ([line, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    return 'The command was not started: its line or environment holds a NUL byte.\n'
  }
  const longest = Math.max(...[line, ...Object.values(env)].map((text) => Buffer.byteLength(text)))
  return longest < lineBytes ? undefined : 'The command was not started: its line or environment is over 128 KiB.\n'
}

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  status: string
  errors: string
}

function start(launch: Launch, pipe: OutputPipe, output: BoundedOutput) {
  const child = spawn(launch.file, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    detached: true,
    stdio: closedStdio(pipe.writeFd),
  })
  pipe.handedOver()
  pipe.reader.on('data', (chunk: Buffer) => {
    if (!output.write(chunk, () => pipe.reader.resume())) pipe.reader.pause()
  })
  const errors = collect(child.stdio[2])
  const status = collect(child.stdio[3])
  // Registered now: both events may come before anybody waits for the second.
  const closed = once(child, 'close').catch(() => undefined)
  const exited = once(child, 'exit').catch((cause: unknown) => {
    throw new Fault('infrastructure', 'sandbox_broke', `A command could not be started: ${String(cause)}`, { cause })
  })
  const alive = () => (child.pid === undefined ? [] : [...self(child), ...launch.alive(child, status())])
  const killTree = async () => {
    await killAll(alive)
    await launch.stop?.()
  }
  const end = async (): Promise<Ended> => {
    const [code, signal] = await exited
    // Whatever stayed behind may hold the launcher's own streams open.
    await killTree()
    await closed
    return { code, signal, status: status(), errors: errors() }
  }
  return { child, end, killTree, alive }
}

/** The launcher itself, which is in no group and carries no mark before its first instruction; its id is free after its end. */
function self({ pid, exitCode, signalCode }: ChildProcess): number[] {
  return pid !== undefined && exitCode === null && signalCode === null ? [pid] : []
}

function collect(stream: unknown): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  const readable = stream as Readable
  readable.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= 64 * 1024) chunks.push(chunk)
  })
  readable.on('error', () => undefined)
  return () => Buffer.concat(chunks).toString('utf8')
}

/**
 * stdin empty, stdout the pipe, stderr the launcher's own, 3 its status. Descriptors that we inherited ourselves from
 * whoever started us would be inherited by the command too; each is covered by the empty device.
 */
function closedStdio(writeFd: number): ('ignore' | 'pipe' | number)[] {
  const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', writeFd, 'pipe', 'pipe']
  const { inherited, nothing } = inheritedDescriptors()
  for (const fd of inherited) {
    while (stdio.length < fd) stdio.push('ignore')
    if (fd > 3) stdio[fd] = nothing
  }
  return stdio
}

let descriptors: { inherited: number[]; nothing: number } | undefined

function inheritedDescriptors(): { inherited: number[]; nothing: number } {
  descriptors ??= { inherited: listInherited(), nothing: openSync('/dev/null', 'r') }
  return descriptors
}

function listInherited(): number[] {
  try {
    const fds = readdirSync('/proc/self/fdinfo').map(Number)
    return fds.filter((fd) => fd > 2 && isInheritable(fd)).sort((a, b) => a - b)
  } catch {
    return []
  }
}

function isInheritable(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    const closeOnExec = 0o2000000
    return (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    return false
  }
}

/** Deadline, abort and close: whichever comes first names the limit. */
function endEarly(command: Command, { limits, closing }: Supervision, killTree: () => void) {
  let limit: LimitReached | undefined
  const end = (reason: LimitReached) => {
    limit ??= reason
    killTree()
  }
  const cancel = () => end('cancelled')
  const deadlineMs = Math.min(command.deadlineMs ?? limits.deadlineMs, limits.deadlineMs)
  const timer = setTimeout(() => end('deadline'), deadlineMs)
  const signals = [closing, ...(command.signal ? [command.signal] : [])]
  for (const signal of signals) {
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
  }
  return {
    end,
    limit: () => limit,
    dispose() {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', cancel)
    },
  }
}

function watchLimits(launch: Launch, child: ChildProcess, end: (reason: LimitReached) => void) {
  if (launch.watch === undefined) return undefined
  return setInterval(() => {
    const reached = launch.watch?.(child)
    if (reached !== undefined) end(reached)
  }, watchEveryMs)
}

function watchFolders({ folders, limits }: Supervision, writing: () => number[], end: (reason: LimitReached) => void) {
  const watching = watchDisk({ folders, limitBytes: limits.diskBytes, processes: writing })
  return setInterval(() => {
    void watching.then(async (passed) => (await passed()) && end('disk'))
  }, lookAtDiskEveryMs)
}

/** A command that went on after the kernel refused it something, and passed, was not ended by it. */
function limitAtEnd(launch: Launch, ended: Ended): LimitReached | undefined {
  return ended.code === 0 ? undefined : launch.reached(ended)
}

function readExitCode(launch: Launch, ended: Ended): number {
  const exitCode = launch.exitCode(ended)
  if (exitCode !== undefined) return exitCode
  const said = lastWords(ended.errors)
  throw new Fault('infrastructure', 'sandbox_broke', `The sandbox broke: ${said || 'it ended without a word'}.`, {
    mend: 'Run `draftsmith doctor`; it tries the sandbox and says what is missing.',
    data: { code: ended.code, signal: ended.signal, errors: ended.errors.slice(0, 2_000) },
  })
}

/** Docker's client has its reason first, and a hint at its help after it. */
function lastWords(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '' && !/^Run '.* --help' for more/.test(line))
  return lines.at(-1)?.trim() ?? ''
}

async function closeLog(output: BoundedOutput): Promise<void> {
  await output.close().catch((cause: unknown) => {
    throw new Fault('infrastructure', 'log_unwritable', `The log of a command cannot be written: ${String(cause)}`, {
      mend: 'Make room on the disk that holds the data folder.',
      cause,
    })
  })
}
