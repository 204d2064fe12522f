// Commands behind kernel walls: bubblewrap for what they see, cgroups for what they use, a filtering proxy for whom they
// reach. Why not through a runtime that wraps bubblewrap: docs/decisions/0002-bubblewrap-directly.md.
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { Fault } from '../errors.ts'
import { bubblewrapArguments, identityTexts, inside, type SandboxView } from './bubblewrap-arguments.ts'
import { type BubblewrapProgram, findBubblewrap } from './bubblewrap-program.ts'
import { type Cgroup, type Cgroups, findCgroups } from './cgroups.ts'
import { type FilteringProxy, startFilteringProxy } from './filtering-proxy.ts'
import { certificateFiles, fixedEnvironment, type HostEnvironment, proxyEnvironment } from './host-environment.ts'
import { folderBelow, innerScript } from './inner-script.ts'
import { createOutputPipes, type OutputPipes } from './output-pipes.ts'
import { processTree, readProcess } from './process-tree.ts'
import type { Command, CommandResult, Sandbox, SandboxOptions, SandboxReport, SandboxSession } from './sandbox.ts'
import { cancelledBeforeStart, type Launch, superviseCommand } from './supervised-command.ts'
import { findToolFolders, type ToolFolders } from './tool-folders.ts'
import { passedLimit, type WatchedLimit } from './tree-watcher.ts'

export interface BubblewrapSandboxOptions {
  /** Read for PATH, HOME and the certificate files; nothing else of it reaches a command. */
  hostEnv: HostEnvironment
  /** `http://user:password@host:port` through which the host itself goes out; HTTPS_PROXY of the configuration. */
  upstreamProxy?: string
  /** Folder for sockets and pipes; its path must be short, since a socket's is limited to 107 bytes. */
  scratch?: string
  /** Shown as `node` where the machine has none of its own. */
  nodePath?: string
  /** For tests: the limits as they hold on another machine. */
  cgroups?: Cgroups
}

/** What one machine offers, found out once. */
interface Host {
  program: BubblewrapProgram
  tools: ToolFolders
  cgroups: Cgroups
  watched: WatchedLimit[]
  isRoot: boolean
}

const proxyPort = 3128

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
    probe: () => host().then(usableReport, unusableReport),
    open: async (session) => openSession(await host(), options, session),
  }
}

/** Finds the parts and runs one command through them. Throws `sandbox_unavailable`. */
async function findHost(options: BubblewrapSandboxOptions): Promise<Host> {
  const program = await findBubblewrap(options.hostEnv)
  const tools = findToolFolders(options.hostEnv, options.nodePath ?? process.execPath)
  const cgroups = options.cgroups ?? findCgroups()
  const watched = (['memory', 'processes'] as const).filter((limit) => cgroups.held[limit] === undefined)
  const host = { program, tools, cgroups, watched, isRoot: process.getuid?.() === 0 }
  await tryOnce(host, options)
  return host
}

async function tryOnce(host: Host, options: BubblewrapSandboxOptions): Promise<void> {
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), 'draftsmith-probe-'))
  try {
    const [workTree, home] = [join(folder, 'work'), join(folder, 'home')]
    await Promise.all([mkdir(workTree), mkdir(home)])
    const limits = { memoryBytes: 2 ** 28, processes: 64, cpus: 1, fileBytes: 2 ** 20, openFiles: 256 }
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

function usableReport({ cgroups, isRoot }: Host): SandboxReport {
  const watcher = 'a watcher, ten looks a second (no writable cgroup)'
  const bound = isRoot ? watcher : `RLIMIT_NPROC and ${watcher}`
  return {
    kind: 'bubblewrap',
    usable: true,
    held: [
      { limit: 'files', by: 'own mount namespace' },
      { limit: 'network', by: 'own network namespace and a filtering proxy' },
      { limit: 'process tree', by: 'own process namespace' },
      { limit: 'memory', by: cgroups.held.memory ?? watcher },
      { limit: 'processes', by: cgroups.held.processes ?? bound },
      { limit: 'cpus', by: cgroups.held.cpus ?? 'nothing (no writable cgroup)' },
      { limit: 'file size, open files', by: 'rlimits' },
      { limit: 'deadline', by: 'a timer' },
    ],
  }
}

function unusableReport(error: unknown): SandboxReport {
  const what = error instanceof Error ? error.message : String(error)
  const mend = (error instanceof Fault ? error.mend : undefined) ?? 'Read the log; this is not expected.'
  return { kind: 'bubblewrap', usable: false, problem: { what, mend }, held: [] }
}

async function openSession(
  host: Host,
  { hostEnv, upstreamProxy, scratch = tmpdir() }: BubblewrapSandboxOptions,
  options: SandboxOptions,
): Promise<SandboxSession> {
  refuseHiddenPaths(options)
  const folder = await mkdtemp(join(scratch, 'draftsmith-sandbox-'))
  await Promise.all([
    mkdir(join(options.home, 'tmp'), { recursive: true }),
    ...Object.entries(identityTexts).map(([name, text]) => writeFile(join(folder, name), text)),
  ])
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  const session: OpenSession = {
    host,
    hostEnv,
    options,
    folder,
    pipes: createOutputPipes(folder),
    closing,
    upstreamProxy,
  }
  return {
    run(command) {
      const result = runCommand(session, command)
      const settled = result.catch(() => undefined).finally(() => running.delete(settled))
      running.add(settled)
      return result
    },
    async close() {
      closing.abort()
      await Promise.all(running)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface OpenSession {
  host: Host
  hostEnv: HostEnvironment
  options: SandboxOptions
  folder: string
  pipes: OutputPipes
  closing: AbortController
  upstreamProxy: string | undefined
}

/** A path at one of the sandbox's own places would be mounted into the work tree or the home instead of beside them. */
function refuseHiddenPaths({ readOnly, workTree, home }: SandboxOptions): void {
  const relative = [workTree, home, ...readOnly].find((path) => !isAbsolute(path))
  if (relative !== undefined) throw new Fault('defect', 'path_not_absolute', `${relative} is not an absolute path.`)
  const hidden = readOnly.find((path) => /^\/(work|sandbox|proc|dev)(\/|$)/.test(path))
  if (hidden === undefined) return
  throw new Fault(
    'invalid_input',
    'path_taken',
    `${hidden} cannot be shown to commands: the sandbox uses that place.`,
    {
      mend: 'Move the data folder out of /work, /sandbox, /proc and /dev.',
    },
  )
}

async function runCommand(session: OpenSession, command: Command): Promise<CommandResult> {
  const { options, closing, pipes } = session
  const cwd = folderBelow(inside.work, command.cwd)
  if (closing.signal.aborted || command.signal?.aborted) return cancelledBeforeStart(command)
  const cgroup = session.host.cgroups.create(options.limits)
  const network = await openNetwork(session, command).catch(async (error: unknown) => {
    await cgroup.remove()
    throw error
  })
  try {
    const launch = createLaunch({ session, command, cgroup, network, cwd })
    return await superviseCommand(command, launch, { pipes, limits: options.limits, closing: closing.signal })
  } finally {
    await Promise.all([cgroup.remove(), network?.proxy.close()])
  }
}

interface Network {
  proxy: FilteringProxy
  socketPath: string
  allowedHosts: string[]
}

let networks = 0

async function openNetwork(session: OpenSession, { network = 'none' }: Command): Promise<Network | undefined> {
  if (network === 'none') return undefined
  const { allowedHosts } = network
  const socketPath = join(session.folder, `proxy-${networks++}`)
  const upstream = session.upstreamProxy === undefined ? {} : { upstream: session.upstreamProxy }
  return { allowedHosts, socketPath, proxy: await startFilteringProxy({ socketPath, allowedHosts, ...upstream }) }
}

interface LaunchParts {
  session: OpenSession
  command: Command
  cgroup: Cgroup
  network: Network | undefined
  cwd: string
}

/** Joins the cgroups from a shell on the host, which then becomes bubblewrap: no process of the command runs outside. */
const joinScript =
  'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 120; shift; n=$((n-1)); done; exec "$@"'

function createLaunch({ session, command, cgroup, network, cwd }: LaunchParts): Launch {
  const { host, options } = session
  const view = createView(session, command, network)
  const before = network === undefined ? {} : { before: bridgeScript(host.program.socat) }
  const script = innerScript(options.limits, { ...before, limitProcesses: !host.isRoot && host.watched.length > 0 })
  const wrapped = [host.program.bwrap, '--json-status-fd', '3', ...bubblewrapArguments(view)]
  const joined = [String(cgroup.joinFiles.length), ...cgroup.joinFiles]
  return {
    file: '/bin/sh',
    args: ['-c', joinScript, 'sh', ...joined, ...wrapped, '/bin/sh', '-c', script, 'sh', cwd, command.line],
    // Nothing of the command's environment: the loader would take LD_PRELOAD into bubblewrap itself, outside the walls.
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    alive: createAlive(cgroup),
    ...(host.watched.length > 0 && {
      watch: (child: ChildProcess) => passedLimit(child.pid, host.watched, options.limits),
    }),
    reached: () => cgroup.reached(),
    exitCode: ({ status }) => statusNumber(status, 'exit-code'),
    remark: () => refusalRemark(network),
  }
}

function createView(session: OpenSession, command: Command, network: Network | undefined): SandboxView {
  const { host, options, hostEnv } = session
  const certificates = network === undefined ? [] : certificateViews(hostEnv)
  const path = host.tools.node === undefined ? host.tools.path : [...host.tools.path, inside.node]
  return {
    workTree: options.workTree,
    home: options.home,
    identity: session.folder,
    tools: host.tools,
    readOnly: options.readOnly,
    tempBytes: options.limits.memoryBytes,
    canForbidUserNamespaces: host.program.canForbidUserNamespaces,
    certificates,
    ...(network && { proxySocket: network.socketPath }),
    env: {
      ...fixedEnvironment(path, inside.home, inside.temp),
      ...host.tools.env,
      ...(network && proxyVariables(network)),
      ...Object.fromEntries(certificates.map(({ variable, as }) => [variable, as])),
      ...options.env,
      ...command.env,
    },
  }
}

function certificateViews(hostEnv: HostEnvironment): { variable: string; file: string; as: string }[] {
  return certificateFiles(hostEnv).map((each) => ({
    ...each,
    as: join(inside.certificates, `${each.variable}-${basename(each.file)}`),
  }))
}

/** What is named with its port on this machine is the host's, not the sandbox's own. */
function proxyVariables({ allowedHosts }: Network): Record<string, string> {
  const named = allowedHosts.map((entry) => entry.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
  const direct = ['localhost', '127.0.0.1', '::1'].filter((host) => !named.includes(host))
  return proxyEnvironment(`http://127.0.0.1:${proxyPort}`, direct)
}

/** Forked twice, so that a `wait` of the command does not wait for it; the command starts once the port listens. */
function bridgeScript(socat: string): string {
  const listening = `:${proxyPort.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
  return [
    `( ${socat} TCP4-LISTEN:${proxyPort},bind=127.0.0.1,reuseaddr,fork,backlog=128 UNIX-CONNECT:${inside.proxySocket} >/dev/null 2>&1 & )`,
    'tries=0',
    `until grep -q '${listening}' /proc/net/tcp || [ "$tries" -gt 500 ]; do sleep 0.01; tries=$((tries+1)); done`,
  ].join('\n')
}

/** The cgroup knows them all; without one, the tree below bubblewrap and the first process of its namespace do. */
function createAlive(cgroup: Cgroup): Launch['alive'] {
  if (cgroup.joinFiles.length > 0) return () => cgroup.pids()
  const seen = new Map<number, string>()
  return ({ pid }, status) => {
    const first = statusNumber(status, 'child-pid')
    const found = [...(pid === undefined ? [] : processTree(pid)), ...(first === undefined ? [] : processTree(first))]
    for (const each of found) if (!seen.has(each.pid)) seen.set(each.pid, each.started)
    return [...seen.keys()].filter((each) => {
      const entry = readProcess(each)
      return entry !== undefined && !entry.zombie && entry.started === seen.get(each)
    })
  }
}

function statusNumber(status: string, name: string): number | undefined {
  const found = new RegExp(`"${name}": (\\d+)`).exec(status)?.[1]
  return found === undefined ? undefined : Number(found)
}

function refusalRemark(network: Network | undefined): string | undefined {
  const refused = network?.proxy.refused() ?? []
  return refused.length === 0 ? undefined : `[the sandbox refused ${refused.join(', ')}: not among the allowed hosts]`
}
