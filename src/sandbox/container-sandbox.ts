// Commands in containers, one each, by Docker or Podman: the engine's walls and cgroups, our proxy, deadline and watcher.
// Why the network is none even for installs: docs/decisions.
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { type CommandPlace, openCommandSession } from './command-session.ts'
import { bridgeFolder, identityIn } from './container-arguments.ts'
import { bridgeTexts } from './container-bridges.ts'
import {
  type ContainerEngine,
  type EngineLimit,
  engineUnavailable,
  findContainerEngine,
  lastLine,
} from './container-engine.ts'
import { type ContainerImage, chooseImage } from './container-images.ts'
import { createContainerLaunch } from './container-launch.ts'
import { removeLeftContainers } from './container-names.ts'
import type { HostEnvironment } from './host-environment.ts'
import { folderBelow } from './inner-script.ts'
import { identityTexts, inside, refuseHiddenPaths } from './places.ts'
import type { Command, CommandResult, Sandbox, SandboxOptions, SandboxReport, SandboxSession } from './sandbox.ts'
import { superviseCommand } from './supervised-command.ts'
import { unusableReport } from './unusable-report.ts'
import { openWayOut, type WayOutOptions } from './way-out.ts'

export interface ContainerSandboxOptions extends WayOutOptions {
  /** Read for PATH, where the engine is and the certificate files; nothing of it reaches a command. */
  hostEnv: HostEnvironment
  /** What the deployment offers, in its order; the engine has them already. */
  images: ContainerImage[]
  /** The policy's choice among them. */
  image?: string
  /** Folder for sockets and pipes; its path must be short, since a socket's is limited to 107 bytes. */
  scratch?: string
}

export function createContainerSandbox(options: ContainerSandboxOptions): Sandbox {
  // Also a run from a terminal begins with what an earlier one left that was killed.
  const engine = untilItWorks(async () => {
    const found = await findUsableEngine(options.hostEnv)
    await removeLeftContainers(found)
    return found
  })
  const tried = untilItWorks(async () => tryImages(await engine(), options))
  return {
    kind: 'container',
    probe: () => tried().then(usableReport, (error: unknown) => unusableReport('container', error)),
    async open(session) {
      refuseHiddenPaths(session)
      const wish = { named: options.image, ecosystems: session.ecosystems ?? [] }
      return openSession(
        { engine: await engine(), sandbox: options, image: chooseImage(options.images, wish) },
        session,
      )
    },
    async sweep() {
      await engine().catch(() => undefined)
    },
  }
}

/** Asked once; what failed is asked again: somebody may have mended it meanwhile. */
function untilItWorks<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined
      throw error
    })
    return asked
  }
}

/** Throws `sandbox_unavailable`, also where nothing could hold memory or processes: a container shares both with the machine. */
async function findUsableEngine(hostEnv: HostEnvironment): Promise<ContainerEngine> {
  const engine = await findContainerEngine(hostEnv)
  const missing = (['memory', 'processes'] satisfies EngineLimit[]).filter((limit) => !engine.holds[limit])
  if (missing.length === 0) return engine
  throw engineUnavailable(
    `${engine.kind} cannot limit ${missing.join(' and ')}`,
    'Use cgroup v2 with the controllers memory and pids delegated to the user that runs the engine.',
  )
}

/** Runs a command in each image that is offered. Throws `sandbox_unavailable`. */
async function tryImages(engine: ContainerEngine, sandbox: ContainerSandboxOptions): Promise<ContainerEngine> {
  for (const { image } of sandbox.images) await tryImage({ engine, sandbox, image })
  return engine
}

/** Files have to arrive here as our own, and nothing but a loopback may be there. */
const trial = 'touch arrived && cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " " > interfaces'

async function tryImage(place: OpenSession): Promise<void> {
  const folder = await mkdtemp(join(place.sandbox.scratch ?? tmpdir(), 'draftsmith-probe-'))
  try {
    const [workTree, home] = [join(folder, 'work'), join(folder, 'home')]
    await Promise.all([mkdir(workTree), mkdir(home)])
    const session = await openSession(place, {
      ...{ runId: `probe-${randomUUID()}`, workTree, home, readOnly: [], env: {}, limits: trialLimits },
    })
    const { exitCode, limit, output } = await session.run({ line: trial }).finally(() => session.close())
    if (exitCode !== 0) throw trialFailed(place, limit ?? (lastLine(output) || `exit code ${exitCode}`))
    const interfaces = await readFile(join(workTree, 'interfaces'), 'utf8').catch(() => undefined)
    if (interfaces === undefined) throw trialFailed(place, 'what it wrote did not arrive on this machine')
    if (interfaces.trim() !== 'lo')
      throw trialFailed(place, `it had a network: ${interfaces.trim().split('\n').join(', ')}`)
  } catch (error) {
    throw error instanceof Fault && error.code === 'sandbox_broke' ? trialFailed(place, error.message) : error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const trialLimits = {
  ...{ deadlineMs: 60_000, memoryBytes: 2 ** 28, processes: 64, cpus: 1 },
  ...{ fileBytes: 2 ** 20, diskBytes: 2 ** 24, openFiles: 256 },
}

function trialFailed({ engine, image }: OpenSession, what: string): Fault {
  return engineUnavailable(
    `a trial command in ${image} failed: ${what}`,
    `Fetch the image by \`${engine.kind} pull ${image}\`; the engine must run on this machine and see its folders, and the image needs /bin/sh. docs/operating.md says more.`,
  )
}

function usableReport(engine: ContainerEngine): SandboxReport {
  const cgroup = `a cgroup of ${engine.kind}`
  const user = engine.rootless ? 'rootless' : 'with the rights of root'
  return {
    kind: 'container',
    usable: true,
    held: [
      { limit: 'files', by: `a container of ${engine.kind}, ${user}` },
      { limit: 'network', by: 'no network, and a filtering proxy by its socket' },
      { limit: 'process tree', by: 'the container' },
      {
        limit: 'system calls',
        by: engine.filtersCalls ? `the filter of ${engine.kind}` : `nothing (${engine.kind} has its filter off)`,
      },
      { limit: 'memory', by: cgroup },
      { limit: 'processes', by: cgroup },
      { limit: 'cpus', by: engine.holds.cpus ? cgroup : `nothing (${engine.kind} may not use the controller)` },
      { limit: 'file size, open files', by: 'rlimits' },
      { limit: 'disk', by: watcherOf(engine) },
      { limit: 'deadline', by: 'a timer' },
    ],
  }
}

/** Only root sees what processes of root's engine hold open. */
function watcherOf({ rootless }: ContainerEngine): string {
  const watcher = 'a watcher, four looks a second'
  const seesAll = rootless || process.getuid?.() === 0
  return seesAll ? watcher : `${watcher}; deleted files that are still open are not counted`
}

interface OpenSession {
  engine: ContainerEngine
  sandbox: ContainerSandboxOptions
  image: string
}

function openSession(place: OpenSession, options: SandboxOptions): Promise<SandboxSession> {
  return openCommandSession(options, {
    scratch: place.sandbox.scratch,
    furnish: (folder) => furnish(folder, place.engine),
    runCommand: (session, command) => runCommand(place, session, command),
  })
}

async function furnish(folder: string, engine: ContainerEngine): Promise<void> {
  const bridges = join(folder, bridgeFolder.name)
  await mkdir(bridges)
  const files = [
    ...Object.entries(identityTexts(identityIn(engine))).map(([name, text]) => [join(folder, name), text] as const),
    ...Object.entries(bridgeTexts).map(([name, text]) => [join(bridges, name), text] as const),
  ]
  await Promise.all(files.map(([path, text]) => writeFile(path, text)))
}

async function runCommand(
  { engine, sandbox, image }: OpenSession,
  { options, pipes, closing, folder }: CommandPlace,
  command: Command,
): Promise<CommandResult> {
  const cwd = folderBelow(inside.work, command.cwd)
  const wayOut = await openWayOut(folder, sandbox, command)
  try {
    const { hostEnv } = sandbox
    const launch = createContainerLaunch({ engine, image, hostEnv, options, furnished: folder, command, wayOut, cwd })
    return await superviseCommand(command, launch, {
      pipes,
      limits: options.limits,
      folders: [options.workTree, options.home],
      closing,
    })
  } finally {
    await wayOut?.proxy.close()
  }
}
