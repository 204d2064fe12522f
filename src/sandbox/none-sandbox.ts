// Commands without walls, for a machine without bubblewrap and a repository that somebody trusts by name. It keeps the
// port's contract about results, and says loudly which limits do not hold.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { type CommandPlace, openCommandSession } from './command-session.ts'
import { certificateFiles, fixedEnvironment, type HostEnvironment, machinePath } from './host-environment.ts'
import { folderBelow, innerScript } from './inner-script.ts'
import { listProcesses, markedProcesses } from './process-tree.ts'
import type { Command, CommandResult, Sandbox, SandboxOptions, SandboxReport } from './sandbox.ts'
import { type Launch, superviseCommand } from './supervised-command.ts'
import { findToolFolders } from './tool-folders.ts'
import { passedLimit } from './tree-watcher.ts'
import type { UpstreamOptions } from './upstream-proxy.ts'

export interface NoneSandboxOptions {
  /** Read for PATH, and with a network for the certificate files and the proxy; nothing else of it reaches a command. */
  hostEnv: HostEnvironment
  /** Handed to commands that have a network, as the bubblewrap sandbox's proxy would use it. */
  upstreamProxy?: UpstreamOptions
  /** Folder for pipes. */
  scratch?: string
  /** Put on PATH where the machine has no node of its own. */
  nodePath?: string
}

/** In the environment of every process of a command, so that daemons are found which left their parent. */
const markVariable = 'DRAFTSMITH_COMMAND'

export function createNoneSandbox(options: NoneSandboxOptions): Sandbox {
  return {
    kind: 'none',
    probe: () => Promise.resolve(report),
    open: (session) =>
      openCommandSession(session, {
        scratch: options.scratch,
        runCommand: (place, command) => runCommand(options, place, command),
      }),
  }
}

const report: SandboxReport = {
  kind: 'none',
  usable: true,
  held: [
    { limit: 'files', by: 'NOTHING: commands read and write whatever this user can' },
    { limit: 'network', by: 'NOTHING: commands reach every host, also those that are not allowed' },
    { limit: 'process tree', by: 'best effort: a process group and a mark in the environment' },
    { limit: 'memory', by: 'best effort: a watcher, ten looks a second' },
    { limit: 'processes', by: 'best effort: a watcher, ten looks a second' },
    { limit: 'cpus', by: 'NOTHING' },
    { limit: 'file size, open files', by: 'rlimits' },
    { limit: 'disk', by: 'a watcher, four looks a second; elsewhere than in work tree and home NOTHING' },
    { limit: 'deadline', by: 'a timer' },
  ],
}

function runCommand(
  sandbox: NoneSandboxOptions,
  { options, pipes, closing }: CommandPlace,
  command: Command,
): Promise<CommandResult> {
  const cwd = folderBelow(options.workTree, command.cwd)
  const launch = createLaunch({ sandbox, options, command, cwd })
  return superviseCommand(command, launch, {
    pipes,
    limits: options.limits,
    folders: [options.workTree, options.home],
    closing,
  })
}

interface LaunchParts {
  sandbox: NoneSandboxOptions
  options: SandboxOptions
  command: Command
  cwd: string
}

function createLaunch(parts: LaunchParts): Launch {
  const { options, command, cwd } = parts
  const { limits } = options
  const mark = randomUUID()
  return {
    file: '/bin/sh',
    args: ['-c', innerScript(limits, { limitProcesses: false }), 'sh', cwd, command.line],
    env: { ...environment(parts), [markVariable]: mark },
    cwd: '/',
    alive: ({ pid = 0 }) => [...new Set([...groupMembers(pid), ...markedProcesses(`${markVariable}=${mark}`)])],
    watch: ({ pid }) => passedLimit(pid, ['memory', 'processes'], limits),
    reached: () => undefined,
    exitCode: ({ code, signal }) => code ?? (signal === null ? undefined : 128 + constants.signals[signal]),
  }
}

function groupMembers(group: number): number[] {
  if (process.platform === 'linux') {
    return listProcesses().flatMap((each) => (each.group === group && !each.zombie ? each.pid : []))
  }
  // Without /proc the group itself is all that can be asked and killed; a negative id means the group.
  try {
    process.kill(-group, 0)
    return [-group]
  } catch {
    return []
  }
}

function environment({ sandbox, options, command }: LaunchParts): Record<string, string> {
  const { hostEnv, nodePath = process.execPath } = sandbox
  const { node, env } = findToolFolders(hostEnv, nodePath)
  const path = [...machinePath(hostEnv), ...(node === undefined ? [] : [node])]
  return {
    PATH: path.join(delimiter),
    ...fixedEnvironment(options.home, join(options.home, 'tmp')),
    ...(command.network !== undefined && command.network !== 'none' && networkVariables(sandbox)),
    ...env,
    ...options.env,
    ...command.env,
  }
}

/** Nothing filters here; a command only learns how the host itself goes out. */
function networkVariables({ hostEnv, upstreamProxy }: NoneSandboxOptions): Record<string, string> {
  return {
    ...(upstreamProxy && proxyVariables(upstreamProxy)),
    ...Object.fromEntries(certificateFiles(hostEnv).map(({ variable, file }) => [variable, file])),
  }
}

function proxyVariables({ address, except }: UpstreamOptions): Record<string, string> {
  return {
    ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'https_proxy'].map((name) => [name, address])),
    ...(except !== undefined && { NO_PROXY: except, no_proxy: except }),
  }
}
