// Draftsmith as a process of its own, as an operator starts it; what it does is read from its log.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { webhookPath } from '../src/web/server.ts'
import type { EmulatedGitHub } from '../test/support/emulated-github/types.ts'

const pollMs = 50
/** How long a stop may take before the process is killed; longer than the grace that it gives its runs. */
const stopMs = 15_000

const logLine = z.object({
  msg: z.string(),
  url: z.string().optional(),
  issue: z.string().optional(),
  runId: z.string().optional(),
  end: z.string().optional(),
  hash: z.string().optional(),
})

export interface DraftsmithOptions {
  github: EmulatedGitHub
  /** Receives log and data. */
  folder: string
  /** Which model, which sandbox. */
  environment: Record<string, string>
  signal: AbortSignal
}

export class DraftsmithProcess implements AsyncDisposable {
  readonly logFile: string
  readonly dataDir: string
  readonly #child: ChildProcess
  /** Issue address → run. */
  readonly #runs = new Map<string, string>()
  readonly #left = new Set<string>()
  /** Run → hashes of what it asked, in order. */
  readonly #asked = new Map<string, string[]>()
  readonly #errors: string[] = []
  #url: string | undefined

  private constructor({ github, folder, environment }: DraftsmithOptions) {
    this.logFile = join(folder, 'draftsmith.log')
    this.dataDir = join(folder, 'data')
    const program = join(import.meta.dirname, '..', 'src', 'main.ts')
    const env = { ...hostVariables(), ...appVariables(github), DRAFTSMITH_DATA_DIR: this.dataDir, ...environment }
    this.#child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#read(this.#child)
  }

  /** Resolves when it takes webhooks. Rejects with what it said when it ends before that. */
  static async start(options: DraftsmithOptions): Promise<DraftsmithProcess> {
    const draftsmith = new DraftsmithProcess(options)
    if (await draftsmith.#until(() => draftsmith.#url !== undefined, options.signal)) return draftsmith
    await draftsmith.stop()
    throw options.signal.reason
  }

  get url(): string {
    return this.#url ?? ''
  }

  get webhookUrl(): string {
    return `${this.url}${webhookPath}`
  }

  /** True when the run for this issue has ended, false when the signal ended the waiting. */
  settled(issueUrl: string, signal: AbortSignal): Promise<boolean> {
    return this.#until(() => this.#left.has(this.#runOf(issueUrl)), signal)
  }

  /** The hash of the question that the run for this issue asks after so many others; undefined when it has ended without one. */
  async question(issueUrl: string, after: number, signal: AbortSignal): Promise<string | undefined> {
    const asked = () => this.#asked.get(this.#runOf(issueUrl))?.[after]
    await this.#until(() => asked() !== undefined || this.#left.has(this.#runOf(issueUrl)), signal)
    return asked()
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    for (let waited = 0; !this.#over && waited < stopMs; waited += pollMs) await sleep(pollMs)
    this.#child.kill('SIGKILL')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #runOf(issueUrl: string): string {
    return this.#runs.get(issueUrl) ?? ''
  }

  get #over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #read(child: ChildProcess): void {
    const log = createWriteStream(this.logFile)
    child.stderr?.on('data', (chunk: Buffer) => this.#errors.push(chunk.toString()))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`)
      this.#note(line)
    })
  }

  #note(line: string): void {
    const { msg, url, issue, runId, end, hash } = logLine.catch({ msg: '' }).parse(jsonOf(line))
    if (msg === 'Draftsmith is ready') this.#url = url
    if (runId === undefined) return
    if (issue !== undefined) this.#runs.set(issue, runId)
    if (hash !== undefined) this.#asked.set(runId, [...(this.#asked.get(runId) ?? []), hash])
    else if (end !== undefined) this.#left.add(runId)
  }

  async #until(happened: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!happened()) {
      if (signal.aborted) return false
      if (this.#over) throw new Error(`Draftsmith ended: ${this.#errors.join('').trim()}`)
      await sleep(pollMs)
    }
    return true
  }
}

const passedOn = [
  'HOME',
  'LANG',
  'LC_ALL',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
]

/** Only what programs need to run at all: no key of the shell reaches it. Our own Node comes first, so that the bundled tests say the same everywhere. */
function hostVariables(): Record<string, string> {
  const own = Object.fromEntries(passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
  return { ...own, PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter) }
}

function appVariables({ app, url }: EmulatedGitHub): Record<string, string> {
  return {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.webhookSecret,
    GITHUB_API_URL: url,
    PORT: '0',
    LOG_LEVEL: 'info',
    DRAFTSMITH_WRITE_SPACING_MS: '0',
    DRAFTSMITH_STATUS_INTERVAL_MS: '0',
    DRAFTSMITH_CONCURRENCY: '3',
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
