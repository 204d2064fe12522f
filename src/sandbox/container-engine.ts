// Docker or Podman by their command line: which is there, whether it answers, as whom it runs and what it can hold.
import { execFile } from 'node:child_process'
import { z } from 'zod'
import { Fault } from '../errors.ts'
import type { HostEnvironment } from './host-environment.ts'
import { findProgram } from './programs.ts'

export interface Answer {
  exitCode: number
  stdout: string
  stderr: string
}

/** A limit that the engine can hand to the kernel. */
export type EngineLimit = 'memory' | 'processes' | 'cpus'

export interface ContainerEngine {
  /** By which command line it is spoken to; a `docker` that is Podman counts as Podman. */
  kind: 'docker' | 'podman'
  /** Absolute. */
  file: string
  /** Of the client: its own settings, nothing of a command's. */
  env: Record<string, string>
  /** Without root's rights on this machine. */
  rootless: boolean
  holds: Record<EngineLimit, boolean>
  /** True when the engine has a filter of system calls of its own. */
  filtersCalls: boolean
  /** Never throws for what the engine says. Throws `infrastructure`/`sandbox_broke` when it does not answer within a minute. */
  ask(args: string[]): Promise<Answer>
}

/** How clients find their engine; none of it reaches a command. */
const clientVariables = [
  ...['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'CONTAINER_HOST'],
  ...['CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'CONTAINERS_REGISTRIES_CONF'],
]
/** Podman first: it needs no daemon of root's. */
const programs = ['podman', 'docker']
const patienceMs = 60_000

/** The first engine that answers. Throws `sandbox_unavailable`, with what each that is there said. */
export async function findContainerEngine(hostEnv: HostEnvironment): Promise<ContainerEngine> {
  if (process.platform !== 'linux')
    throw engineUnavailable('containers share sockets with us, which needs Linux', 'Run Draftsmith on Linux.')
  const env = Object.fromEntries(clientVariables.flatMap((name) => (hostEnv[name] ? [[name, hostEnv[name]]] : [])))
  const said: string[] = []
  for (const program of programs) {
    const file = findProgram(program, hostEnv)
    if (file === undefined) continue
    const ask = (args: string[]) => askClient(file, args, env)
    const answer = await ask(['info', '--format', '{{json .}}'])
    const facts = answer.exitCode === 0 ? readInfo(answer.stdout) : undefined
    if (facts !== undefined) return { file, env, ask, ...facts }
    said.push(`${program}: ${lastLine(answer.stderr) || 'its `info` was not understood'}`)
  }
  throw said.length === 0
    ? engineUnavailable('neither podman nor docker is on PATH', '`apt-get install podman`, or install Docker.')
    : engineUnavailable(said.join('; '), 'Start the engine, and let the user that runs Draftsmith use it.')
}

export function engineUnavailable(what: string, mend: string): Fault {
  const sentence = `The container sandbox cannot be used: ${what.replace(/[.?!]+$/, '')}.`
  return new Fault('invalid_input', 'sandbox_unavailable', sentence, { mend })
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

function askClient(file: string, args: string[], env: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: patienceMs, maxBuffer: 16 * 1024 * 1024, killSignal: 'SIGKILL' } as const
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout, stderr })
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, stdout, stderr })
      else reject(silent(file, args, error))
    })
  })
}

function silent(file: string, args: string[], cause: Error): Fault {
  return new Fault('infrastructure', 'sandbox_broke', `${file} ${args[0]} does not answer: ${cause.message}`, {
    mend: 'Look at the container engine of this machine; `draftsmith doctor` tries it.',
    cause,
  })
}

type Facts = Pick<ContainerEngine, 'kind' | 'rootless' | 'holds' | 'filtersCalls'>

/** `podman info`, of which the rest does not matter. */
const podmanInfo = z
  .object({
    host: z.object({
      cgroupControllers: z.array(z.string()).nullish(),
      security: z.object({ rootless: z.boolean(), seccompEnabled: z.boolean() }),
    }),
  })
  .transform(({ host: { cgroupControllers, security } }): Facts => {
    const has = (controller: string) => cgroupControllers?.includes(controller) === true
    return {
      kind: 'podman',
      rootless: security.rootless,
      holds: { memory: has('memory'), processes: has('pids'), cpus: has('cpu') },
      filtersCalls: security.seccompEnabled,
    }
  })

/** `docker info`: the engine's own API, /info. */
const dockerInfo = z
  .object({
    MemoryLimit: z.boolean(),
    PidsLimit: z.boolean(),
    CpuCfsQuota: z.boolean(),
    SecurityOptions: z.array(z.string()).nullish(),
  })
  .transform((info): Facts => {
    const has = (option: RegExp) => info.SecurityOptions?.some((each) => option.test(each)) === true
    return {
      kind: 'docker',
      rootless: has(/^name=rootless\b/),
      holds: { memory: info.MemoryLimit, processes: info.PidsLimit, cpus: info.CpuCfsQuota },
      filtersCalls: has(/^name=seccomp\b(?!.*profile=unconfined)/),
    }
  })

function readInfo(text: string): Facts | undefined {
  try {
    return z.union([podmanInfo, dockerInfo]).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
