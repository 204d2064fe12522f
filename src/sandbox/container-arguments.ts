// The command line of one command in a container. Whatever an engine or an image would add by itself is switched off here.
import type { ContainerEngine } from './container-engine.ts'
import { type Identity, inside } from './places.ts'
import type { ResourceLimits } from './sandbox.ts'

export interface ContainerView {
  engine: ContainerEngine
  name: string
  image: string
  workTree: string
  home: string
  /** Host folder with the identity files and the bridges. */
  furnished: string
  readOnly: string[]
  limits: ResourceLimits
  env: Record<string, string>
  /** Unix socket of the proxy; absent without a network. */
  proxySocket?: string
  certificates: { file: string; as: string }[]
  /** Arguments of `/bin/sh`. */
  shell: string[]
}

/** Docker's client sets them from its own settings, Podman from its engine's; a proxy's address may hold a password. */
const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY']
const identityFiles = ['passwd', 'group', 'hosts', 'resolv.conf']
/** In the furnished folder and inside. */
export const bridgeFolder = { name: 'bridges', as: '/sandbox/bridges' }

/**
 * Arguments of the engine's client. No network in any case: a command that has one reaches the proxy by its socket.
 * Nothing is pulled, since that would be a way out that no proxy filters.
 */
export function containerArguments(view: ContainerView): string[] {
  const { engine, image, name, shell } = view
  return [
    ...['run', '--name', name, '--pull', 'never', '--entrypoint', '/bin/sh', '--workdir', '/'],
    ...['--hostname', 'sandbox', '--network', 'none', '--ipc', 'private', '--cgroupns', 'private'],
    // Nobody in it hears a polite signal: Podman would wait ten seconds before it kills.
    ...['--stop-timeout', '0'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only'],
    // Output goes to us alone: the engine's own log would grow on its disk without an end.
    ...['--log-driver', 'none', '--no-healthcheck'],
    ...asOurselves(engine),
    ...limitArguments(view),
    ...mounts(view).flatMap((fields) => ['--mount', commaSeparated(fields)]),
    ...environment(view).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    ...[image, ...shell],
  ]
}

/** The ids inside by which a command writes files that are ours outside. */
export function identityIn({ kind, rootless }: Pick<ContainerEngine, 'kind' | 'rootless'>): Identity {
  // Rootless Docker knows us as root; Podman is told to keep our ids.
  if (kind === 'docker' && rootless) return { uid: 0, gid: 0 }
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
}

function asOurselves(engine: ContainerEngine): string[] {
  const { uid, gid } = identityIn(engine)
  const user = ['--user', `${uid}:${gid}`]
  if (engine.kind === 'docker') return user
  // Folders that an image declares as volumes would be writable, on the engine's disk.
  const volumes = ['--image-volume', 'tmpfs']
  return engine.rootless ? [...user, ...volumes, '--userns', 'keep-id'] : [...user, ...volumes]
}

/** Memory without swap beside it, or the limit would be twice as large. */
function limitArguments({ engine, limits }: ContainerView): string[] {
  const { memoryBytes, processes, cpus } = limits
  return [
    ...['--memory', `${memoryBytes}b`, '--memory-swap', `${memoryBytes}b`, '--pids-limit', String(processes)],
    ...(engine.holds.cpus ? ['--cpus', String(cpus)] : []),
    ...['--tmpfs', `/tmp:rw,exec,nosuid,nodev,mode=1777,size=${memoryBytes}`],
  ]
}

function mounts(view: ContainerView): string[][] {
  const { workTree, home, furnished, readOnly, certificates, proxySocket } = view
  const shown = (source: string, target: string) => [...bound(source, target), 'readonly']
  return [
    bound(workTree, inside.work),
    bound(home, inside.home),
    ...identityFiles.map((name) => shown(`${furnished}/${name}`, `/etc/${name}`)),
    ...readOnly.map((path) => shown(path, path)),
    ...certificates.map(({ file, as }) => shown(file, as)),
    ...(proxySocket === undefined
      ? []
      : [bound(proxySocket, inside.proxySocket), shown(`${furnished}/${bridgeFolder.name}`, bridgeFolder.as)]),
  ]
}

function bound(source: string, target: string): string[] {
  return ['type=bind', `source=${source}`, `target=${target}`]
}

/** Clients read it as CSV (RFC 4180). */
function commaSeparated(fields: string[]): string {
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}

function environment({ env }: ContainerView): [string, string][] {
  const names = proxyNames.flatMap((name) => [name, name.toLowerCase()])
  return Object.entries({ ...Object.fromEntries(names.map((name) => [name, ''])), ...env })
}
