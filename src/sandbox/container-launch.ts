// One command in a container of its own: started in the foreground, ended by its name, asked how it ended, removed.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../errors.ts'
import { type ContainerView, containerArguments } from './container-arguments.ts'
import { containerBridgeScript } from './container-bridges.ts'
import type { ContainerEngine } from './container-engine.ts'
import { lastLine } from './container-engine.ts'
import { readLimit, tellLimits } from './container-limits.ts'
import { containerPrefix } from './container-names.ts'
import { fixedEnvironment, type HostEnvironment } from './host-environment.ts'
import { innerScript } from './inner-script.ts'
import { inside } from './places.ts'
import { killAll, namedProcesses, processTree } from './process-tree.ts'
import type { Command, SandboxOptions } from './sandbox.ts'
import type { Launch } from './supervised-command.ts'
import { certificateViews, refusalRemark, type WayOut, wayOutVariables } from './way-out.ts'

export interface ContainerLaunchParts {
  engine: ContainerEngine
  image: string
  hostEnv: HostEnvironment
  options: SandboxOptions
  /** Host folder with the identity files and the bridges. */
  furnished: string
  command: Command
  wayOut: WayOut | undefined
  /** As the command sees it. */
  cwd: string
}

/** What supervision needs to start, end and read one command. */
export function createContainerLaunch(parts: ContainerLaunchParts): Launch {
  const { engine, wayOut } = parts
  const name = containerPrefix() + randomUUID()
  let ended: Promise<EndState | undefined> | undefined
  let state: EndState | undefined
  return {
    file: engine.file,
    args: containerArguments(createView(parts, name)),
    env: engine.env,
    cwd: '/',
    // Beyond the client itself they are the engine's: it is told to end them.
    alive: () => [],
    others: findProcesses(engine, name),
    async stop() {
      ended ??= endContainer(engine, name)
      state = await ended
    },
    reached: ({ errors }) => (state?.OOMKilled === true ? 'memory' : readLimit(errors)),
    exitCode: () => (hasEnded(state) ? state.ExitCode : undefined),
    remark: () => refusalRemark(wayOut),
  }
}

function createView(parts: ContainerLaunchParts, name: string): ContainerView {
  const { engine, image, hostEnv, options, furnished, command, wayOut, cwd } = parts
  const { workTree, home, readOnly, limits } = options
  const certificates = wayOut === undefined ? [] : certificateViews(hostEnv)
  const script = innerScript(limits, {
    ...(wayOut && { before: containerBridgeScript() }),
    limitProcesses: false,
    atTheEnd: tellLimits,
  })
  return {
    ...{ engine, image, name, workTree, home, readOnly, furnished, limits, certificates },
    ...(wayOut && { proxySocket: wayOut.socketPath }),
    // PATH is the image's own.
    env: {
      ...fixedEnvironment(inside.home, inside.temp),
      ...(wayOut && wayOutVariables(wayOut)),
      ...Object.fromEntries(certificates.map(({ variable, as }) => [variable, as])),
      ...options.env,
      ...command.env,
    },
    shell: ['-c', script, 'sh', cwd, command.line],
  }
}

/** Its processes as this machine sees them; none until the engine has said which is the first. */
function findProcesses(engine: ContainerEngine, name: string): () => number[] {
  let first = 0
  let asking = false
  const ask = async () => {
    asking = true
    try {
      const { stdout } = await engine.ask(['container', 'inspect', '--format', '{{.State.Pid}}', name])
      first = Number(stdout) || 0
    } finally {
      asking = false
    }
  }
  return () => {
    if (first > 0) return processTree(first).map(({ pid }) => pid)
    if (!asking) ask().catch(() => undefined)
    return []
  }
}

const endState = z.object({
  Status: z.string(),
  ExitCode: z.int(),
  OOMKilled: z.boolean(),
  Error: z.string().nullish(),
})
type EndState = z.infer<typeof endState>

/** Podman says `stopped` for a moment, until it has tidied up. One that could not be started has an error, and no exit code of a command. */
function hasEnded(state: EndState | undefined): state is EndState {
  return state !== undefined && ['exited', 'stopped'].includes(state.Status) && !state.Error
}

/**
 * How it ended, or undefined where there is none. When this returns, no process of it is left; else it throws.
 * A client of Podman that is killed while it creates a container leaves a monitor that knows its name, and a process that waits to
 * begin; for the engine there is no such container.
 */
async function endContainer(engine: ContainerEngine, name: string): Promise<EndState | undefined> {
  const told = await engine.ask(['container', 'inspect', '--format', '{{json .State}}', name])
  await removeContainer(engine, name)
  await killAll(() => namedProcesses(name).flatMap((pid) => processTree(pid).map((each) => each.pid)))
  return told.exitCode === 0 ? endState.safeParse(parsed(told.stdout)).data : undefined
}

/** Kills it first. One that is not there is as good as removed, which not every engine calls a success. */
async function removeContainer(engine: ContainerEngine, name: string): Promise<void> {
  const removed = await engine.ask(['rm', '--force', '--volumes', name])
  if (removed.exitCode === 0) return
  const left = await engine.ask(['ps', '--all', '--quiet', '--filter', `name=${name}`])
  if (left.exitCode === 0 && left.stdout.trim() === '') return
  const why = lastLine(removed.stderr) || 'the engine does not say why'
  throw new Fault('infrastructure', 'processes_left', `The container ${name} cannot be removed: ${why}`, {
    mend: `Remove it by \`${engine.kind} rm --force ${name}\`, and look at the engine.`,
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
