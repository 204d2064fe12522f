// Which addresses a command may reach: the allow-list of names, and the networks that no name leads into by accident.
import { BlockList, isIP } from 'node:net'

export interface HostRules {
  allows(host: string, port: number): boolean
}

/** An entry without a port opens the web's two. */
const defaultPorts = [80, 443]

/** Entries are `name`, `name:port`, `*.name` or `*.name:port`; IPv6 addresses stand in square brackets. */
export function createHostRules(entries: string[]): HostRules {
  const rules = entries.map(parseEntry)
  return {
    allows(host, port) {
      const name = normalizeHost(host)
      return rules.some(
        (rule) => matches(rule, name) && (rule.port === undefined ? defaultPorts.includes(port) : rule.port === port),
      )
    },
  }
}

interface Rule {
  name: string
  subdomains: boolean
  port?: number
}

function parseEntry(entry: string): Rule {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry.trim()) ?? []
  const subdomains = host.startsWith('*.')
  return {
    name: normalizeHost(subdomains ? host.slice(2) : host),
    subdomains,
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

function matches(rule: Rule, name: string): boolean {
  if (rule.name === '') return false
  return rule.subdomains ? name.endsWith(`.${rule.name}`) : name === rule.name
}

/** Small letters, no final dot, no brackets. */
export function normalizeHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

/**
 * Not of the public internet: this machine, private networks, link-local with the clouds' metadata servers, shared,
 * multicast and reserved ranges (IANA special-purpose address registries).
 */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  return family === 4 ? special4.check(address, 'ipv4') : special6.check(address, 'ipv6')
}

// Two lists: in one, the range of mapped addresses would hold every IPv4 address.
const special4 = new BlockList()
const special6 = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Azure's own server for its machines: public by its number, answered only inside.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  special4.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  special6.addSubnet(network, bits, 'ipv6')
}
