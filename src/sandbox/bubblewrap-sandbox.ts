// Commands behind kernel walls: bubblewrap for what they see, cgroups for what they use, a filtering proxy for whom they
// reach. Why not through a runtime that wraps bubblewrap: docs/decisions/0002-bubblewrap-directly.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import { bubblewrapIdentity } from './bubblewrap-arguments.ts'
import { createLaunch, filterName, type Host } from './bubblewrap-launch.ts'
import { findBubblewrap } from './bubblewrap-program.ts'
import { type Cgroups, findCgroups } from './cgroups.ts'
import { type CommandPlace, openCommandSession } from './command-session.ts'
import type { HostEnvironment } from './host-environment.ts'
import { folderBelow } from './inner-script.ts'
import { identityTexts, inside, refuseHiddenPaths } from './places.ts'
import type { Command, CommandResult, Sandbox, SandboxOptions, SandboxReport, SandboxSession } from './sandbox.ts'
import { seccompFilter } from './seccomp-filter.ts'
import { superviseCommand } from './supervised-command.ts'
import { findToolFolders } from './tool-folders.ts'
import { unusableReport } from './unusable-report.ts'
import { openWayOut, type WayOutOptions } from './way-out.ts'

export interface BubblewrapSandboxOptions extends WayOutOptions {
  /** Read for PATH, HOME and the certificate files; nothing else of it reaches a command. */
  hostEnv: HostEnvironment
  /** Folder for sockets and pipes; its path must be short, since a socket's is limited to 107 bytes. */
  scratch?: string
  /** Shown as `node` where the machine has none of its own. */
  nodePath?: string
  /** For tests: the limits as they hold on another machine. */
  cgroups?: Cgroups
}

export function createBubblewrapSandbox(options: BubblewrapSandboxOptions): Sandbox {
  let tried: Promise<Host> | undefined
  // A machine that could not do it is asked again: somebody may have mended it meanwhile.
  const host = () => {
    tried ??= findHost(options).catch((error: unknown) => {
      tried = undefined
      throw error
    })
    return tried
  }
  return {
    kind: 'bubblewrap',
    probe: () => host().then(usableReport, (error: unknown) => unusableReport('bubblewrap', error)),
    open: async (session) => openSession(await host(), options, session),
  }
}

/** Finds the parts and runs one command through them. Throws `sandbox_unavailable`. */
async function findHost(options: BubblewrapSandboxOptions): Promise<Host> {
  const program = await findBubblewrap(options.hostEnv)
  const tools = findToolFolders(options.hostEnv, options.nodePath ?? process.execPath)
  const cgroups = options.cgroups ?? findCgroups()
  const watched = (['memory', 'processes'] as const).filter((limit) => cgroups.held[limit] === undefined)
  const filter = seccompFilter(process.arch)
  const host = { program, tools, cgroups, watched, isRoot: process.getuid?.() === 0, filter }
  await tryOnce(host, options)
  return host
}

async function tryOnce(host: Host, options: BubblewrapSandboxOptions): Promise<void> {
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), 'draftsmith-probe-'))
  try {
    const [workTree, home] = [join(folder, 'work'), join(folder, 'home')]
    await Promise.all([mkdir(workTree), mkdir(home)])
    const limits = {
      memoryBytes: 2 ** 28,
      processes: 64,
      cpus: 1,
      fileBytes: 2 ** 20,
      diskBytes: 2 ** 24,
      openFiles: 256,
    }
    const session = await openSession(host, options, {
      ...{ runId: 'probe', workTree, home, readOnly: [], env: {} },
      limits: { ...limits, deadlineMs: 20_000 },
    })
    const { exitCode, output } = await session.run({ line: 'true' }).finally(() => session.close())
    if (exitCode !== 0) throw unavailable(`a trial command failed: ${output.trim()}`)
  } catch (error) {
    throw error instanceof Fault && error.code === 'sandbox_broke' ? unavailable(error.message) : error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function unavailable(what: string): Fault {
  return new Fault('invalid_input', 'sandbox_unavailable', `Bubblewrap does not work here: ${what}`, {
    mend:
      'Allow unprivileged user namespaces: on Ubuntu `sysctl kernel.apparmor_restrict_unprivileged_userns=0`, on older ' +
      'Debian `sysctl kernel.unprivileged_userns_clone=1`; in a container, run it with the seccomp profile that docs/operating.md names.',
  })
}

function usableReport({ cgroups, isRoot, filter }: Host): SandboxReport {
  const watcher = 'a watcher, ten looks a second (no writable cgroup)'
  const bound = isRoot ? watcher : `RLIMIT_NPROC and ${watcher}`
  return {
    kind: 'bubblewrap',
    usable: true,
    held: [
      { limit: 'files', by: 'own mount namespace' },
      { limit: 'network', by: 'own network namespace and a filtering proxy' },
      { limit: 'process tree', by: 'own process namespace' },
      {
        limit: 'system calls',
        by: filter === undefined ? `nothing (no table for ${process.arch})` : 'a seccomp filter',
      },
      { limit: 'memory', by: cgroups.held.memory ?? watcher },
      { limit: 'processes', by: cgroups.held.processes ?? bound },
      { limit: 'cpus', by: cgroups.held.cpus ?? 'nothing (no writable cgroup)' },
      { limit: 'file size, open files', by: 'rlimits' },
      { limit: 'disk', by: 'a watcher, four looks a second' },
      { limit: 'deadline', by: 'a timer' },
    ],
  }
}

async function openSession(
  host: Host,
  sandbox: BubblewrapSandboxOptions,
  options: SandboxOptions,
): Promise<SandboxSession> {
  refuseHiddenPaths(options)
  return openCommandSession(options, {
    scratch: sandbox.scratch,
    furnish: (folder) => furnish(folder, host),
    runCommand: (place, command) => runCommand({ host, sandbox, place }, command),
  })
}

interface OpenSession {
  host: Host
  sandbox: BubblewrapSandboxOptions
  place: CommandPlace
}

async function furnish(folder: string, { filter }: Host): Promise<void> {
  const files = [
    ...Object.entries(identityTexts(bubblewrapIdentity)),
    ...(filter === undefined ? [] : [[filterName, filter] as const]),
  ]
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)))
}

async function runCommand(session: OpenSession, command: Command): Promise<CommandResult> {
  const { host, sandbox, place } = session
  const { options, pipes, closing, folder } = place
  const cwd = folderBelow(inside.work, command.cwd)
  const cgroup = host.cgroups.create(options.limits)
  const wayOut = await openWayOut(place.folder, sandbox, command).catch(async (error: unknown) => {
    await cgroup.remove()
    throw error
  })
  try {
    const { hostEnv } = sandbox
    const launch = createLaunch({ host, hostEnv, options, identity: folder, command, cgroup, wayOut, cwd })
    return await superviseCommand(command, launch, {
      pipes,
      limits: options.limits,
      folders: [options.workTree, options.home],
      closing,
    })
  } finally {
    await Promise.all([cgroup.remove(), wayOut?.proxy.close()])
  }
}
