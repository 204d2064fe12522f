// Draftsmith as it runs for real, on a GitHub and a model of the tests: within this process, which is fast, or as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { composeService } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import type { Ledger } from '../../src/run/ledger.ts'
import { listen } from '../../src/web/listen.ts'
import { webhookPath } from '../../src/web/server.ts'
import type { EmulatedGitHub } from './emulated-github/types.ts'
import { testKey } from './messages-api.ts'
import { createTestDatabase, databaseAtHand } from './postgres.ts'

export interface ServiceOptions {
  github: EmulatedGitHub
  /** A Messages API. */
  model: { url: string }
  /** Where everything is kept; one of its own when left out, removed when the service stops. */
  place?: ServicePlace
  /** Default: PostgreSQL where the test run has one. Of no meaning beside `place`. */
  database?: ServicePlace['database']
  /** Default: `bubblewrap`. */
  sandbox?: 'bubblewrap' | 'none'
  /** Default: `agent-eligible`. */
  label?: string
  /** Changes to the environment that Draftsmith reads; `undefined` takes a variable out. */
  env?: Record<string, string | undefined>
}

/** Database and data folder, which outlive a process. */
export interface ServicePlace {
  database: 'embedded' | 'postgres'
  env: Record<string, string>
  dispose(): Promise<void>
}

export interface LogLine {
  level: number
  msg: string
  runId?: string
  /** An address, or a number. */
  issue?: unknown
  [field: string]: unknown
}

export interface RunningService {
  /** Of the HTTP address, without path. */
  url: string
  /** Everything logged so far, and what is not JSON as `msg`. */
  logs: LogLine[]
  /** The first line that fits, also one from before; rejects after `withinMs`, two minutes when left out. */
  logged(fits: (line: LogLine) => boolean, withinMs?: number): Promise<LogLine>
  stop(): Promise<void>
}

export interface ServiceInProcess extends RunningService {
  ledger: Ledger
}

export interface ServiceProcess extends RunningService {
  process: ChildProcess
  /** SIGKILL to the process alone, as a crash; what it has started is left to the kernel. */
  kill(): Promise<void>
}

export async function createPlace(database: ServicePlace['database'] = databaseAtHand): Promise<ServicePlace> {
  const dataDir = await mkdtemp(join(tmpdir(), 'draftsmith-e2e-'))
  const postgres = database === 'postgres' ? await createTestDatabase() : undefined
  return {
    database,
    env: { DRAFTSMITH_DATA_DIR: dataDir, ...(postgres && { DATABASE_URL: postgres.url }) },
    async dispose() {
      await postgres?.drop()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Starts within this process, and sends GitHub's webhooks there. */
export async function startService(options: ServiceOptions): Promise<ServiceInProcess> {
  const place = options.place ?? (await createPlace(options.database))
  const log = createLog()
  try {
    const read = readConfig(environmentOf(options, place), ['github', 'model'])
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
    const logger = pino({ level: read.config.logLevel }, log.sink)
    const service = await composeService(read.config, logger)
    const server = await listen(read.config, service, logger)
    await service.worker.start()
    options.github.setWebhookTarget(`${server.url}${webhookPath}`)
    return {
      url: server.url,
      logs: log.lines,
      logged: log.logged,
      ledger: service.ledger,
      async stop() {
        await server.close()
        await service.worker.stop(1_000)
        await service.ledger.close()
        if (options.place === undefined) await place.dispose()
      },
    }
  } catch (thrown) {
    if (options.place === undefined) await place.dispose()
    throw thrown
  }
}

/** Starts `src/main.ts` as a process, waits until it is ready, and sends GitHub's webhooks there. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const place = options.place ?? (await createPlace(options.database))
  const log = createLog()
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.ts', import.meta.url))], {
    env: environmentOf(options, place),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', log.take)
  const exited = once(child, 'exit')
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await exited
  }
  const ready = await Promise.race([
    log.logged(({ msg }) => msg === 'Draftsmith is ready'),
    exited.then(() => {
      throw new Error(`Draftsmith ended: ${log.lines.map(({ msg }) => msg).join('\n')}`)
    }),
  ])
  const url = String(ready.url)
  options.github.setWebhookTarget(`${url}${webhookPath}`)
  return {
    url,
    logs: log.lines,
    logged: log.logged,
    process: child,
    kill: () => end('SIGKILL'),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM')
      if (options.place === undefined) await place.dispose()
    },
  }
}

/** Starts `src/main.ts` where it cannot start, and answers what it says and its exit code. */
export async function startInVain(options: ServiceOptions): Promise<{ output: string; exitCode: number | null }> {
  const place = options.place ?? (await createPlace(options.database))
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.ts', import.meta.url))], {
    env: environmentOf(options, place),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  await once(child, 'close')
  clearTimeout(timer)
  if (options.place === undefined) await place.dispose()
  return { output, exitCode: child.exitCode }
}

function environmentOf({ github, model, sandbox, label, env }: ServiceOptions, place: ServicePlace) {
  const own: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    APP_ID: `${github.app.id}`,
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GITHUB_API_URL: github.url,
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: model.url,
    PORT: '0',
    DRAFTSMITH_SANDBOX: sandbox,
    DRAFTSMITH_LABEL: label,
    DRAFTSMITH_MODEL: 'claude-sonnet-5-5',
    DRAFTSMITH_WRITE_SPACING_MS: '0',
    DRAFTSMITH_STATUS_INTERVAL_MS: '0',
    DRAFTSMITH_CONCURRENCY: '4',
    ...place.env,
    ...env,
  }
  return Object.fromEntries(Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function createLog() {
  const lines: LogLine[] = []
  const waiting = new Set<() => void>()

  const take = (text: string) => {
    if (text.trim() === '') return
    lines.push(parse(text))
    for (const look of waiting) look()
  }

  const logged = (fits: (line: LogLine) => boolean, withinMs = 120_000): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`No such line within ${withinMs} ms. The last ones:\n${tail(lines)}`))
      }, withinMs)
      const look = () => {
        const line = lines.find(fits)
        if (line === undefined) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
      look()
    })

  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) take(line)
      done()
    },
  })
  return { lines, take, logged, sink }
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { level: 0, msg: text }
  }
}

function tail(lines: LogLine[]): string {
  return lines
    .slice(-15)
    .map((line) => JSON.stringify(line).slice(0, 400))
    .join('\n')
}
