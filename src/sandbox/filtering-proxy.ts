// The only way out of a sandbox with a network: an HTTP proxy on a Unix socket, with the allow-list of one command. It
// resolves names itself and connects to the address that it has checked.
import { lookup } from 'node:dns/promises'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { createHostRules, isPrivateAddress, normalizeHost } from './host-rules.ts'
import { connected, createUpstreamProxy, type UpstreamOptions, type UpstreamProxy } from './upstream-proxy.ts'

export interface FilteringProxy {
  /** Everything refused, once each. */
  refused(): RefusedHost[]
  /** Ends every connection. */
  close(): Promise<void>
}

export interface RefusedHost {
  /** `host:port` as the command wrote it. */
  at: string
  why: 'not_listed' | 'private'
}

export interface ProxyOptions {
  socketPath: string
  /** What the command asked for; much of it stands in the repository. */
  allowedHosts: string[]
  /** Those of them that may lead into a private network. The deployment's own words, never the repository's. */
  privateHosts?: string[]
  upstream?: UpstreamOptions
}

/** Where a permitted connection goes: to a checked address, or to the upstream proxy, which resolves the name. */
type Route = { address: string } | { upstream: UpstreamProxy }

/** Throws a `Refusal` for what is not allowed. */
type FindRoute = (host: string, port: number) => Promise<Route>

class Refusal extends Error {}

/** Rejects when the socket cannot be made. */
export async function startFilteringProxy(options: ProxyOptions): Promise<FilteringProxy> {
  const refused = new Map<string, RefusedHost>()
  const sockets = new Set<Duplex>()
  const keep = <Kept extends Duplex>(socket: Kept): Kept => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const findRoute = createRoutes(options, refused)
  const server = createServer((incoming, response) => void forward(incoming, response, findRoute, keep))
  server.on('connection', keep)
  server.on('connect', (incoming, client, head) => void tunnel(incoming, { client, head }, findRoute, keep))
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.socketPath, resolve))
  return {
    refused: () => [...refused.values()],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function createRoutes(
  { allowedHosts, privateHosts = [], upstream }: ProxyOptions,
  refused: Map<string, RefusedHost>,
): FindRoute {
  const rules = createHostRules(allowedHosts)
  const opened = createHostRules(privateHosts)
  const proxy = upstream === undefined ? undefined : createUpstreamProxy(upstream)
  return async (hostAsWritten, port) => {
    const host = normalizeHost(hostAsWritten)
    const at = `${hostAsWritten}:${port}`
    const refuse = (why: RefusedHost['why']) => {
      refused.set(at, { at, why })
      return new Refusal(`The sandbox refuses ${at}: ${refusals[why]}`)
    }
    if (!rules.allows(host, port)) throw refuse('not_listed')
    const mayBePrivate = opened.allows(host, port)
    if (isNearby(host)) {
      if (!mayBePrivate) throw refuse('private')
      return { address: host }
    }
    const throughUpstream = proxy?.isFor(host, port) ? { upstream: proxy } : undefined
    if (mayBePrivate) return throughUpstream ?? { address: host }
    const addresses = await addressesOf(host, throughUpstream !== undefined)
    if (addresses.some(isPrivateAddress)) throw refuse('private')
    return throughUpstream ?? { address: addresses[0] ?? host }
  }
}

const refusals: Record<RefusedHost['why'], string> = {
  not_listed: 'it is not among the allowed hosts.',
  private: 'it leads into a private network. Only the deployment can open one, by DRAFTSMITH_PRIVATE_HOSTS.',
}

/** A machine behind a proxy often resolves no names of the internet; then the proxy's own rules are what holds. */
async function addressesOf(host: string, mayBeUnknown: boolean): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    if (mayBeUnknown) return []
    throw error
  }
}

/** Never asked for through somebody else's proxy. */
function isNearby(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || (isIP(host) > 0 && isPrivateAddress(host))
}

type Keep = <Kept extends Duplex>(socket: Kept) => Kept

async function tunnel(
  incoming: IncomingMessage,
  { client, head }: { client: Duplex; head: Buffer },
  findRoute: FindRoute,
  keep: Keep,
): Promise<void> {
  client.on('error', () => client.destroy())
  const [, host = '', port = ''] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(incoming.url ?? '') ?? []
  try {
    const route = await findRoute(host, Number(port))
    const target = keep(await open(route, host, Number(port)))
    client.once('close', () => target.destroy())
    target.once('close', () => client.destroy())
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    target.write(head)
    target.pipe(client).pipe(target)
  } catch (error) {
    const { status, reason, text } = answerTo(error)
    const header = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}`
    client.end(`${header}\r\n\r\n${text}`)
  }
}

function open(route: Route, host: string, port: number): Promise<Socket> {
  if ('upstream' in route) return route.upstream.tunnel(host, port)
  return connected(connect({ host: route.address, port }))
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  findRoute: FindRoute,
  keep: Keep,
): Promise<void> {
  const url = URL.parse(incoming.url ?? '')
  if (url === null || url.protocol !== 'http:') {
    response.writeHead(400, plainText).end('This is a proxy; it takes whole http:// addresses.\n')
    return
  }
  try {
    const port = Number(url.port || 80)
    const route = await findRoute(url.hostname, port)
    const byUpstream = 'upstream' in route
    const socket = keep(await (byUpstream ? route.upstream.connect() : open(route, url.hostname, port)))
    const outgoing = request({
      method: incoming.method ?? 'GET',
      path: byUpstream ? url.href : `${url.pathname}${url.search}`,
      // The host that was checked, whatever the command writes into the header.
      headers: {
        ...endToEnd(incoming.headers),
        ...(byUpstream && route.upstream.headers),
        host: url.host,
        connection: 'close',
      },
      createConnection: () => socket,
    })
    outgoing.once('response', (answer) => passBack(answer, response))
    outgoing.on('error', (error) => refuseRequest(response, error))
    // Without an answer, such as where it changes the protocol.
    outgoing.once('close', () => response.headersSent || refuseRequest(response, undefined))
    response.once('close', () => socket.destroy())
    incoming.pipe(outgoing)
  } catch (error) {
    refuseRequest(response, error)
  }
}

/** The host is whom a repository names: nothing that it answers may be thrown here, where nobody catches it. */
function passBack(answer: IncomingMessage, response: ServerResponse): void {
  try {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
  } catch (error) {
    // Node reads a status such as 099, and writes none.
    answer.resume()
    refuseRequest(response, error)
    return
  }
  pipeline(answer, response, () => undefined)
}

/** Without the headers of a single connection (RFC 9110, 7.6.1) and those meant for a proxy. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = [...named, 'connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !dropped.includes(name) && !name.startsWith('proxy-')),
  )
}

const plainText = { 'content-type': 'text/plain' }

function refuseRequest(response: ServerResponse, error: unknown): void {
  const { status, text } = answerTo(error)
  if (response.headersSent) response.destroy()
  else response.writeHead(status, plainText).end(text)
}

function answerTo(error: unknown): { status: number; reason: string; text: string } {
  if (error instanceof Refusal) return { status: 403, reason: 'Forbidden', text: `${error.message}\n` }
  return { status: 502, reason: 'Bad Gateway', text: 'The host could not be reached.\n' }
}
