// The proxy that the host itself goes out through: how to reach it, and a tunnel by it.
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { normalizeHost } from './host-rules.ts'

export interface UpstreamOptions {
  /** `http://user:password@host:port`, or the same with `https`; HTTPS_PROXY of the deployment. */
  address: string
  /** As NO_PROXY is written: `example.org,.example.org,example.org:8443` or `*`. */
  except?: string | undefined
}

export interface UpstreamProxy {
  /** False for what NO_PROXY names. */
  isFor(host: string, port: number): boolean
  /** A connection to the proxy itself. */
  connect(): Promise<Socket>
  /** A connection to the target, by CONNECT; the proxy resolves the name. */
  tunnel(host: string, port: number): Promise<Socket>
  /** For plain requests; empty without a user name in the address. */
  headers: Record<string, string>
}

const connectPatienceMs = 30_000

export function createUpstreamProxy({ address, except = '' }: UpstreamOptions): UpstreamProxy {
  const url = new URL(address)
  const headers = credentials(url)
  const open = () => connectTo(url)
  const isDirect = createExceptions(except)
  return {
    isFor: (host, port) => !isDirect(host, port),
    headers,
    connect: open,
    async tunnel(host, port) {
      const socket = await open()
      const name = normalizeHost(host)
      const target = `${isIP(name) === 6 ? `[${name}]` : name}:${port}`
      const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`]
      for (const [header, value] of Object.entries(headers)) lines.push(`${header}: ${value}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      const answer = await readHeader(socket)
      if (/^HTTP\/1\.[01] 200/.test(answer)) return socket
      socket.destroy()
      throw new Error(`The upstream proxy answered: ${answer.split('\r\n')[0]}`)
    },
  }
}

/** A name stands for itself and everything below it, with or without a dot in front, as curl and others read it. */
function createExceptions(except: string): (host: string, port: number) => boolean {
  const entries = except.split(',').map((entry) => entry.trim().toLowerCase())
  return (host, port) =>
    entries.some((entry) => {
      if (entry === '*') return true
      const [, name = '', ownPort] = /^\*?\.?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
      const bare = normalizeHost(name)
      if (bare === '' || (ownPort !== undefined && Number(ownPort) !== port)) return false
      return host === bare || host.endsWith(`.${bare}`)
    })
}

/** Connects within half a minute; an error after that ends the socket, never our process. */
export function connected(socket: Socket, event: 'connect' | 'secureConnect' = 'connect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(new Error('no answer in time')), connectPatienceMs)
    socket.on('error', reject)
    socket.once('close', () => clearTimeout(late))
    socket.once(event, () => {
      clearTimeout(late)
      resolve(socket)
    })
  })
}

function connectTo(url: URL): Promise<Socket> {
  const host = normalizeHost(url.hostname)
  if (url.protocol !== 'https:') return connected(connect({ host, port: Number(url.port || 80) }))
  return connected(connectTls({ host, port: Number(url.port || 443), servername: host }), 'secureConnect')
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** The header up to its empty line; what follows goes back into the socket. */
function readHeader(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const fail = () => reject(new Error('The upstream proxy hung up.'))
    const take = (chunk: Buffer) => {
      read = Buffer.concat([read, chunk])
      const end = read.indexOf('\r\n\r\n')
      if (end < 0 && read.length < 16 * 1024) return
      socket.pause().off('data', take).off('close', fail)
      if (end >= 0 && read.length > end + 4) socket.unshift(read.subarray(end + 4))
      resolve(read.toString('latin1', 0, Math.max(end, 0)))
    }
    socket.on('data', take).once('close', fail)
  })
}
