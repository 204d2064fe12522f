// What a command inside bubblewrap sees. `/` starts empty; everything that is there is named in this file.
import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Identity, inside } from './places.ts'
import type { ToolFolders } from './tool-folders.ts'

export interface SandboxView {
  workTree: string
  home: string
  /** Host folder with `passwd`, `group`, `hosts` and the like, made up for the sandbox. */
  identity: string
  tools: ToolFolders
  readOnly: string[]
  /** Bytes that /tmp may hold; it lives in memory. */
  tempBytes: number
  env: Record<string, string>
  /** Unix socket of the proxy; absent without a network. */
  proxySocket?: string
  certificates: { file: string; as: string }[]
  /** Older bubblewrap cannot forbid user namespaces within its own. */
  canForbidUserNamespaces: boolean
}

const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** Of /etc only what programs need to start and to trust certificates; no configuration of the host's services. */
const etcEntries = [
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'localtime', 'timezone', 'locale.alias'],
  ...['ssl/certs', 'ssl/openssl.cnf', 'pki', 'ca-certificates', 'ca-certificates.conf', 'mime.types', 'magic'],
  ...['protocols', 'services', 'fonts', 'terminfo', 'inputrc', 'perl', 'maven', 'php', 'dotnet'],
]
const etcFamilies = /^(java-|python\d)/
/** npm's machine-wide configuration may hold a registry's token. */
const maskedFiles = ['/usr/etc/npmrc', '/usr/local/etc/npmrc']
/**
 * Parts of /proc that root's user id may write or read without any capability; the lists that container runtimes use
 * (opencontainers/runc, default spec). bubblewrap itself leaves /proc/sys writable when root starts it.
 */
const readOnlyProc = ['sys', 'bus', 'fs', 'irq', 'sysrq-trigger']
const maskedProc = ['kcore', 'keys', 'latency_stats', 'timer_list', 'sched_debug', 'acpi', 'asound', 'scsi']
const identityFiles = ['passwd', 'group', 'hosts', 'nsswitch.conf', 'resolv.conf']

/** Root inside would own files of the host's root, and some programs refuse to run as root. */
export const bubblewrapIdentity: Identity = { uid: 1000, gid: 1000 }

/** Arguments for bubblewrap up to and including `--`. */
export function bubblewrapArguments(view: SandboxView): string[] {
  return [
    ...isolation(view),
    ...systemFolders.flatMap(systemFolder),
    ...etcFolder(view.identity),
    ...maskedFiles.flatMap((file) => (existsSync(file) ? ['--ro-bind', '/dev/null', file] : [])),
    ...['--proc', '/proc'],
    ...procFolder(),
    ...['--dev', '/dev', '--perms', '1777', '--size', String(view.tempBytes), '--tmpfs', '/tmp'],
    ...[...view.tools.visible, ...view.readOnly].flatMap((path) => ['--ro-bind', path, path]),
    ...(view.tools.node === undefined ? [] : ['--ro-bind', view.tools.node, inside.node]),
    ...view.certificates.flatMap(({ file, as }) => ['--ro-bind', file, as]),
    ...(view.proxySocket === undefined ? [] : ['--ro-bind', view.proxySocket, inside.proxySocket]),
    ...['--bind', view.home, inside.home, '--bind', view.workTree, inside.work],
    ...['--remount-ro', '/', '--chdir', inside.work, '--clearenv'],
    ...Object.entries(view.env).flatMap(([name, value]) => ['--setenv', name, value]),
    '--',
  ]
}

function isolation({ canForbidUserNamespaces }: SandboxView): string[] {
  const unshared = ['user', 'pid', 'ipc', 'uts', 'net', 'cgroup'].map((kind) => `--unshare-${kind}`)
  const { uid, gid } = bubblewrapIdentity
  const identity = ['--uid', String(uid), '--gid', String(gid), '--hostname', 'sandbox']
  const nested = canForbidUserNamespaces ? ['--disable-userns'] : []
  return [...unshared, ...nested, ...identity, '--die-with-parent', '--new-session', '--cap-drop', 'ALL']
}

/** On most systems /bin and its like are links into /usr. */
function systemFolder(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  return found.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

function etcFolder(identity: string): string[] {
  const families = readdirSync('/etc').filter((name) => etcFamilies.test(name))
  const shown = [...etcEntries, ...families].flatMap((name) => [
    '--ro-bind-try',
    join('/etc', name),
    join('/etc', name),
  ])
  return [...shown, ...identityFiles.flatMap((name) => ['--ro-bind', join(identity, name), join('/etc', name)])]
}

function procFolder(): string[] {
  return [...readOnlyProc.flatMap((name) => readOnlyEntry(name)), ...maskedProc.flatMap((name) => maskedEntry(name))]
}

function readOnlyEntry(name: string): string[] {
  const path = join('/proc', name)
  return existsSync(path) ? ['--ro-bind', path, path] : []
}

function maskedEntry(name: string): string[] {
  const path = join('/proc', name)
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  return found.isDirectory() ? ['--tmpfs', path, '--remount-ro', path] : ['--ro-bind', '/dev/null', path]
}
