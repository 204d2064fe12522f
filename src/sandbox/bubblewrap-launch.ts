// One command as bubblewrap is started with it: cgroups joined on the way in, the view of files, the bridge to the proxy.
import type { ChildProcess } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { bubblewrapArguments, type SandboxView } from './bubblewrap-arguments.ts'
import type { BubblewrapProgram } from './bubblewrap-program.ts'
import type { Cgroup, Cgroups } from './cgroups.ts'
import { fixedEnvironment, type HostEnvironment } from './host-environment.ts'
import { innerScript } from './inner-script.ts'
import { inside } from './places.ts'
import { processTree, readProcess } from './process-tree.ts'
import type { Command, SandboxOptions } from './sandbox.ts'
import type { Launch } from './supervised-command.ts'
import type { ToolFolders } from './tool-folders.ts'
import { passedLimit, type WatchedLimit } from './tree-watcher.ts'
import { bridgeScript, certificateViews, refusalRemark, socatBridge, type WayOut, wayOutVariables } from './way-out.ts'

/** What one machine offers, found out once. */
export interface Host {
  program: BubblewrapProgram
  tools: ToolFolders
  cgroups: Cgroups
  watched: WatchedLimit[]
  isRoot: boolean
  /** Which system calls are refused; undefined on a machine of an unknown architecture. */
  filter: Buffer | undefined
}

/** In the session's folder. */
export const filterName = 'seccomp.bpf'

export interface LaunchParts {
  host: Host
  hostEnv: HostEnvironment
  options: SandboxOptions
  /** Host folder with the identity files and the filter of system calls. */
  identity: string
  command: Command
  cgroup: Cgroup
  wayOut: WayOut | undefined
  /** As the command sees it. */
  cwd: string
}

/**
 * Joins the cgroups from a shell on the host, which then becomes bubblewrap: no process of the command runs outside.
 * bubblewrap reads the filter of system calls from descriptor 4, and closes it.
 */
const joinScript =
  'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 120; shift; n=$((n-1)); done; ' +
  'f=$1; shift; if [ -n "$f" ]; then exec "$@" 4< "$f"; fi; exec "$@"'

/** What supervision needs to start, watch and read one command. */
export function createLaunch(parts: LaunchParts): Launch {
  const { host, options, command, cgroup, wayOut, cwd } = parts
  const view = createView(parts)
  const before = wayOut === undefined ? {} : { before: bridgeScript(socatBridge(host.program.socat)) }
  const script = innerScript(options.limits, { ...before, limitProcesses: !host.isRoot && host.watched.length > 0 })
  const filtered = host.filter === undefined ? [] : ['--seccomp', '4']
  const wrapped = [host.program.bwrap, '--json-status-fd', '3', ...filtered, ...bubblewrapArguments(view)]
  const filterFile = host.filter === undefined ? '' : join(parts.identity, filterName)
  const joined = [String(cgroup.joinFiles.length), ...cgroup.joinFiles, filterFile]
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
    remark: () => refusalRemark(wayOut),
  }
}

function createView({ host, hostEnv, options, identity, command, wayOut }: LaunchParts): SandboxView {
  const certificates = wayOut === undefined ? [] : certificateViews(hostEnv)
  const path = host.tools.node === undefined ? host.tools.path : [...host.tools.path, inside.node]
  return {
    workTree: options.workTree,
    home: options.home,
    identity,
    tools: host.tools,
    readOnly: options.readOnly,
    tempBytes: options.limits.memoryBytes,
    canForbidUserNamespaces: host.program.canForbidUserNamespaces,
    certificates,
    ...(wayOut && { proxySocket: wayOut.socketPath }),
    env: {
      PATH: path.join(delimiter),
      ...fixedEnvironment(inside.home, inside.temp),
      ...host.tools.env,
      ...(wayOut && wayOutVariables(wayOut)),
      ...Object.fromEntries(certificates.map(({ variable, as }) => [variable, as])),
      ...options.env,
      ...command.env,
    },
  }
}

/** The cgroup knows them all; without one, the tree below bubblewrap and the first process of its namespace do. */
function createAlive(cgroup: Cgroup): Launch['alive'] {
  if (cgroup.joinFiles.length > 0) return () => cgroup.pids()
  const seen = new Map<number, string>()
  return ({ pid, exitCode, signalCode }, status) => {
    const running = exitCode === null && signalCode === null
    const roots = [running ? pid : undefined, statusNumber(status, 'child-pid')].filter((root) => root !== undefined)
    const found = roots.flatMap((root) => processTree(root))
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
