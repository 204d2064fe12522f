// The way out of a command that has a network, where its walls have none: a filtering proxy of ours on a Unix socket that
// the sandbox shows, and inside a bridge from the port that package clients are told to it.
import { basename, join } from 'node:path'
import { type FilteringProxy, type RefusedHost, startFilteringProxy } from './filtering-proxy.ts'
import { certificateFiles, type HostEnvironment, proxyEnvironment } from './host-environment.ts'
import { inside } from './places.ts'
import type { Command } from './sandbox.ts'
import type { UpstreamOptions } from './upstream-proxy.ts'

/** What the deployment says of the network of all commands. */
export interface WayOutOptions {
  /** The proxy through which the host itself goes out. */
  upstreamProxy?: UpstreamOptions
  /** Allowed hosts that may lead into a private network, as the deployment names them; entries as in a command's list. */
  privateHosts?: string[]
}

/** The way out of one command; closed with it. */
export interface WayOut {
  proxy: FilteringProxy
  /** Absolute, on the host. */
  socketPath: string
  allowedHosts: string[]
  privateHosts: string[]
}

/** Where the bridge inside of the sandbox listens. */
export const proxyPort = 3128

let opened = 0

/** Undefined for a command without a network. `folder` takes the socket; its path must be short. */
export async function openWayOut(
  folder: string,
  { upstreamProxy, privateHosts = [] }: WayOutOptions,
  { network = 'none' }: Command,
): Promise<WayOut | undefined> {
  if (network === 'none') return undefined
  const { allowedHosts } = network
  const socketPath = join(folder, `proxy-${opened++}`)
  const upstream = upstreamProxy === undefined ? {} : { upstream: upstreamProxy }
  const proxy = await startFilteringProxy({ socketPath, allowedHosts, privateHosts, ...upstream })
  return { allowedHosts, privateHosts, socketPath, proxy }
}

/** What the deployment opens on this machine is the host's, not the sandbox's own. */
export function wayOutVariables({ allowedHosts, privateHosts }: WayOut): Record<string, string> {
  const named = privateHosts
    .filter((entry) => allowedHosts.includes(entry))
    .map((entry) => entry.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
  const direct = ['localhost', '127.0.0.1', '::1'].filter((host) => !named.includes(host))
  return proxyEnvironment(`http://127.0.0.1:${proxyPort}`, direct)
}

export interface CertificateView {
  variable: string
  /** Absolute, on the host. */
  file: string
  /** As the command sees it. */
  as: string
}

/** The host's certificate files, for a command that has a network. */
export function certificateViews(hostEnv: HostEnvironment): CertificateView[] {
  return certificateFiles(hostEnv).map((each) => ({
    ...each,
    as: join(inside.certificates, `${each.variable}-${basename(each.file)}`),
  }))
}

/** Shell that starts the bridge, and goes on once its port listens. Forked twice, so that a `wait` of the command does not wait for it. */
export function bridgeScript(bridge: string): string {
  const listening = `:${proxyPort.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
  return [
    `( ${bridge} >/dev/null 2>&1 & )`,
    'tries=0',
    `until grep -q '${listening}' /proc/net/tcp || [ "$tries" -gt 500 ]; do sleep 0.01; tries=$((tries+1)); done`,
  ].join('\n')
}

export function socatBridge(socat: string): string {
  return `${socat} TCP4-LISTEN:${proxyPort},bind=127.0.0.1,reuseaddr,fork,backlog=128 UNIX-CONNECT:${inside.proxySocket}`
}

/** What the reader of a failed command is told of the hosts that it did not reach. */
export function refusalRemark(wayOut: WayOut | undefined): string | undefined {
  const refused = wayOut?.proxy.refused() ?? []
  const told = (why: RefusedHost['why'], text: string) => {
    const hosts = refused.filter((each) => each.why === why).map(({ at }) => at)
    return hosts.length === 0 ? [] : [`[the sandbox refused ${hosts.join(', ')}: ${text}]`]
  }
  const lines = [
    ...told('not_listed', 'not among the allowed hosts'),
    ...told('private', 'in a private network, which only the deployment can open'),
  ]
  return lines.length === 0 ? undefined : lines.join('\n')
}
