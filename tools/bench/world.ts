// Everything that one measurement needs: the emulated GitHub, the scripted model and the service, each in a process of its own.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Script } from './conversation.ts'
import { createDatabase, type Database } from './databases.ts'
import { type GitHubOptions, type RunningGitHub, startGitHub } from './github.ts'
import type { Exchange } from './model-program.ts'
import type { DatabaseKind, Surroundings } from './part.ts'
import { startProgram } from './programs.ts'
import { freePort, type LogLine, type RunningService, startService } from './service.ts'

export interface WorldOptions {
  /** Names the folder of the measurement. */
  name: string
  database: DatabaseKind
  script: Script
  /** How long the model thinks before it answers. */
  modelDelayMs: number
  repositories: GitHubOptions['repositories']
  policy?: string
  /** For the service. */
  env?: Record<string, string>
}

export interface World {
  service: RunningService
  database: Database
  /** The service's data folder. */
  dataDir: string
  /** Another process: in the same place once the first has ended, or with a data folder of its own, as on another machine. */
  startAnother(machine?: string): Promise<RunningService>
  github: RunningGitHub
  exchanges(): Promise<Exchange[]>
  close(): Promise<void>
}

export async function openWorld(surroundings: Surroundings, options: WorldOptions): Promise<World> {
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    return await build(surroundings, options, { closing, close })
  } catch (thrown) {
    await close()
    throw thrown
  }
}

interface Closing {
  /** In the order in which things were opened. */
  closing: (() => Promise<void>)[]
  close(): Promise<void>
}

async function build(surroundings: Surroundings, options: WorldOptions, { closing, close }: Closing): Promise<World> {
  const folder = join(surroundings.folder, options.name)
  await mkdir(folder, { recursive: true })
  const database = await createDatabase(options.database, surroundings.postgresServer)
  closing.push(database.drop)
  const port = await freePort()
  const webhookUrl = `http://127.0.0.1:${port}/api/github/webhooks`
  const { repositories, policy } = options
  const github = await startGitHub({ folder, repositories, webhookUrl, ...(policy !== undefined && { policy }) })
  closing.push(github.stop)
  const model = await startModel(folder, options)
  closing.push(model.stop)
  const { sandbox } = surroundings
  const start = async (where: { folder: string; port: number }) => {
    const given = { ...where, ...(options.env && { env: options.env }) }
    const started = await startService({ ...given, database, sandbox, github, modelUrl: model.url })
    closing.push(started.stop)
    return started
  }
  const service = await start({ folder, port })
  return {
    service,
    github,
    database,
    dataDir: join(folder, 'data'),
    startAnother: async (machine) =>
      start(machine === undefined ? { folder, port } : { folder: join(folder, machine), port: await freePort() }),
    exchanges: async () => (await fetch(`${model.url}/exchanges`)).json() as Promise<Exchange[]>,
    close,
  }
}

/** How runs ended so far, as the service has logged it, each with `end` and its time. */
export async function endedRuns({ service }: World): Promise<LogLine[]> {
  return (await service.logged()).filter(({ msg, end }) => msg === 'run left the worker' && end !== undefined)
}

/** Asks until the answer is there. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 300): Promise<T> {
  const deadline = performance.now() + seconds * 1_000
  while (performance.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(200)
  }
  throw new Error(`${what} did not happen within ${seconds} s`)
}

async function startModel(folder: string, { script, modelDelayMs }: WorldOptions) {
  const { turns, checkEvery } = script
  const args = ['--turns', String(turns), '--check-every', String(checkEvery), '--delay', String(modelDelayMs)]
  const file = new URL('./model-program.ts', import.meta.url)
  const program = startProgram({ file, args, log: join(folder, 'model.log') })
  return { url: await program.line(), stop: program.stop }
}
