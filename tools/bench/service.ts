// The real service, as `npm start` starts it, as a process of its own.
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './databases.ts'
import type { RunningGitHub } from './github.ts'
import { essentials, type Program, startProgram } from './programs.ts'

export interface ServiceOptions {
  /** Its data folder, and where its log goes. */
  folder: string
  database: Database
  sandbox: 'bubblewrap' | 'none'
  port: number
  github: Pick<RunningGitHub, 'url' | 'app'>
  /** Default: an address at which nothing answers. */
  modelUrl?: string
  /** Variables besides, or others. */
  env?: Record<string, string>
}

export interface RunningService {
  url: string
  /** From the start of the process to the first 200 of /readyz, in milliseconds. */
  readyAfterMs: number
  /** Resident memory now, in MB of 1,000,000 bytes. */
  memoryMB(): Promise<number>
  /** Processor time so far, of itself and of all programs below it that have ended, in seconds; the one that starts git stays and is not in it. */
  processorSeconds(): Promise<number>
  /** Everything that it and those before it in the same folder have logged as JSON. */
  logged(): Promise<LogLine[]>
  /** SIGKILL, as a crash. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface LogLine {
  /** Milliseconds since 1970. */
  time: number
  msg: string
  [field: string]: unknown
}

/** Rejects when it does not get ready within a minute; its log says why. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  await mkdir(options.folder, { recursive: true })
  const url = `http://127.0.0.1:${options.port}`
  const log = join(options.folder, 'service.log')
  const command = await startCommand()
  const started = performance.now()
  // In its own folder: a `.env` of the checkout is not meant for it.
  const program = startProgram({ ...command, env: environment(options), cwd: options.folder, log, whole: true })
  try {
    await ready(url, program, log)
  } catch (thrown) {
    await program.stop()
    throw thrown
  }
  const readyAfterMs = performance.now() - started
  return {
    url,
    readyAfterMs,
    memoryMB: () => residentMB(program),
    processorSeconds: () => processorSeconds(program),
    logged: () => linesOf(log),
    kill: async () => {
      const exited = once(program.process, 'exit')
      program.process.kill('SIGKILL')
      await exited
    },
    stop: () => program.stop(),
  }
}

async function linesOf(log: string): Promise<LogLine[]> {
  const lines = (await readFile(log, 'utf8')).split('\n')
  return lines.flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as LogLine] : []))
}

async function startCommand(): Promise<{ file: URL; flags: string[] }> {
  const root = new URL('../../', import.meta.url)
  const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
    scripts: { start: string }
  }
  const [program, ...rest] = scripts.start.split(' ')
  const file = rest.pop()
  if (program !== 'node' || file === undefined) throw new Error(`\`npm start\` is no call of node: ${scripts.start}`)
  return { file: new URL(file, root), flags: rest }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

function environment(options: ServiceOptions): Record<string, string> {
  const { folder, database, sandbox, port, github, modelUrl, env } = options
  return {
    ...essentials(),
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GITHUB_API_URL: github.url,
    ANTHROPIC_API_KEY: 'not-a-key',
    ANTHROPIC_BASE_URL: modelUrl ?? 'http://127.0.0.1:9',
    ...(database.url !== undefined && { DATABASE_URL: database.url }),
    DRAFTSMITH_DATA_DIR: join(folder, 'data'),
    DRAFTSMITH_SANDBOX: sandbox,
    DRAFTSMITH_WRITE_SPACING_MS: '0',
    PORT: String(port),
    ...env,
  }
}

async function ready(url: string, { process: child }: Program, log: string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
    await sleep(10)
  }
  throw new Error(`the service did not get ready; its log is ${log}:\n${(await readFile(log, 'utf8')).slice(-2_000)}`)
}

/** Linux tells it in /proc; elsewhere the benchmark has no figure for it. */
async function residentMB({ process: child }: Program): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024) / 1_000_000
}

/** Fields 14 to 17 of proc_pid_stat(5), in ticks of which Linux counts 100 a second. */
async function processorSeconds({ process: child }: Program): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return afterName.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}
