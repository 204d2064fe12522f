import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FilteringProxy, type ProxyOptions, startFilteringProxy } from '../../src/sandbox/filtering-proxy.ts'

describe('filtering proxy', () => {
  let folder: string
  let socketPath: string
  let origin: { at: string; port: number; server: Server; seen: IncomingMessage[] }
  let proxy: FilteringProxy | undefined
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'draftsmith-proxy-test-'))
    socketPath = join(folder, 'proxy')
    origin = await startOrigin()
  })
  afterEach(async () => {
    await proxy?.close()
    proxy = undefined
    origin.server.closeAllConnections()
    await new Promise((resolve) => origin.server.close(resolve))
    await rm(folder, { recursive: true })
  })

  const start = async (allowedHosts: string[], options: Partial<ProxyOptions> = {}) => {
    proxy = await startFilteringProxy({ socketPath, allowedHosts, ...options })
    return proxy
  }
  /** As a registry in a private network is reached: the repository asks for it, the deployment opens it. */
  const startOpened = () => start([origin.at], { privateHosts: [origin.at] })

  it('passes a request on, without the headers that are meant for a proxy', async () => {
    await startOpened()
    const headers = {
      'Proxy-Authorization': 'Basic secret',
      Connection: 'x-mine',
      'X-Mine': 'dropped',
      Host: 'elsewhere',
    }
    const answer = await get(socketPath, `http://${origin.at}/path?q=1`, headers)
    expect(answer).toEqual({ status: 200, body: 'origin /path?q=1' })
    expect(origin.seen[0]?.headers).toEqual({ host: origin.at, connection: 'close' })
  })

  it('refuses by name what is not listed, and remembers it once', async () => {
    const refusing = await start(['other.example.org'])
    for (const _ of [1, 2]) {
      const answer = await get(socketPath, `http://${origin.at}/`)
      expect(answer).toEqual({
        status: 403,
        body: `The sandbox refuses ${origin.at}: it is not among the allowed hosts.\n`,
      })
    }
    expect(refusing.refused()).toEqual([{ at: origin.at, why: 'not_listed' }])
    expect(origin.seen).toEqual([])
  })

  it.each([80, 8080])('refuses a listed name that leads into this machine, at port %i', async (port) => {
    const hosts = ['localhost', 'a.localhost', '127.0.0.1', '169.254.169.254', '[::1]']
    const refusing = await start([...hosts, ...hosts.map((host) => `${host}:8080`)])
    for (const host of hosts) {
      const answer = await get(socketPath, `http://${host}:${port}/`)
      expect(answer.status).toBe(403)
      expect(answer.body).toContain('private network. Only the deployment can open one')
    }
    expect(refusing.refused().map(({ why }) => why)).toEqual(hosts.map(() => 'private'))
  })

  it('refuses what the repository names with its port, until the deployment opens exactly that', async () => {
    await start([origin.at], { privateHosts: ['127.0.0.1:1', 'localhost'] })
    expect((await get(socketPath, `http://${origin.at}/`)).status).toBe(403)
    expect(origin.seen).toEqual([])
  })

  it('opens nothing of the deployment to a command that did not ask for it', async () => {
    await start([], { privateHosts: [origin.at] })
    expect((await get(socketPath, `http://${origin.at}/`)).status).toBe(403)
  })

  it('refuses a tunnel in the same words', async () => {
    await start(['127.0.0.1'])
    const { head, rest } = await openTunnel(socketPath, '127.0.0.1:443')
    expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden/)
    expect(rest).toContain('127.0.0.1:443: it leads into a private network.')
  })

  it('tunnels both ways to a host that is named with its port', async () => {
    await startOpened()
    const { head, rest } = await openTunnel(socketPath, origin.at, 'GET /inner HTTP/1.0\r\n\r\n')
    expect(head).toBe('HTTP/1.1 200 Connection Established')
    expect(rest).toContain('origin /inner')
  })

  it('answers 502 when nobody listens, and 400 to what is no proxy request', async () => {
    await start(['127.0.0.1:1'], { privateHosts: ['127.0.0.1:1'] })
    expect((await get(socketPath, 'http://127.0.0.1:1/')).status).toBe(502)
    expect((await get(socketPath, '/path')).status).toBe(400)
  })

  it.each([
    ['a status that is none', 'HTTP/1.1 099 Odd\r\n\r\n', 502],
    ['two answers', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 200],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'cut'],
    ['no HTTP', 'SSH-2.0-x\r\n', 502],
    ['another protocol', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 502],
  ])('outlives a host that answers with %s', async (_, answer, status) => {
    const host = createTcpServer((socket) => socket.on('error', () => {}).end(answer)).listen(0, '127.0.0.1')
    await once(host, 'listening')
    const at = `127.0.0.1:${(host.address() as AddressInfo).port}`
    await start([at, origin.at], { privateHosts: [at, origin.at] })
    expect(
      await get(socketPath, `http://${at}/`).then(
        ({ status: got }) => got,
        () => 'cut',
      ),
    ).toBe(status)
    expect((await get(socketPath, `http://${origin.at}/`)).status).toBe(200)
    host.close()
  })

  it('goes through the upstream proxy with its credentials, for tunnels and plain requests', async () => {
    const upstream = await startUpstream(origin.port)
    await start(['public.example.org'], { upstream: { address: `http://user:p%40ss@127.0.0.1:${upstream.port}` } })
    const { head, rest } = await openTunnel(socketPath, 'public.example.org:443', 'GET /far HTTP/1.0\r\n\r\n')
    expect(head).toContain('200')
    expect(rest).toContain('origin /far')
    expect((await get(socketPath, 'http://public.example.org/plain')).body).toBe(
      'upstream http://public.example.org/plain',
    )
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(upstream.seen).toEqual([
      { target: 'public.example.org:443', authorization },
      { target: 'http://public.example.org/plain', authorization },
    ])
    expect((await get(socketPath, 'http://private.example.org/')).status).toBe(403)
    upstream.server.closeAllConnections()
    await new Promise((resolve) => upstream.server.close(resolve))
  })

  it('asks nothing of the upstream proxy for a name that leads into a private network here', async () => {
    const upstream = await startUpstream(origin.port)
    await start(['0x7f.1:443'], { upstream: { address: `http://127.0.0.1:${upstream.port}` } })
    expect((await openTunnel(socketPath, '0x7f.1:443')).head).toMatch(/^HTTP\/1\.1 403/)
    expect(upstream.seen).toEqual([])
    await new Promise((resolve) => upstream.server.close(resolve))
  })

  it.each([
    ['example.org, 0X7F.1', 0],
    ['.1:<port>', 0],
    ['*', 0],
    ['0x7f.1:1, example.org', 1],
    ['', 1],
  ])('goes past the upstream proxy where NO_PROXY says so: %s', async (except, asked) => {
    const upstream = await startUpstream(origin.port)
    const own = `0x7f.1:${origin.port}`
    await start([own], {
      privateHosts: [own],
      upstream: {
        address: `http://127.0.0.1:${upstream.port}`,
        except: except.replace('<port>', String(origin.port)),
      },
    })
    expect((await openTunnel(socketPath, own, 'GET /inner HTTP/1.0\r\n\r\n')).rest).toContain('origin /inner')
    expect(upstream.seen).toHaveLength(asked)
    upstream.server.closeAllConnections()
    await new Promise((resolve) => upstream.server.close(resolve))
  })

  it('ends open tunnels when it is closed', async () => {
    const closing = await startOpened()
    const socket = connect(socketPath)
    socket.write(`CONNECT ${origin.at} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await closing.close()
    await closed
    proxy = undefined
  })
})

async function startOrigin() {
  const seen: IncomingMessage[] = []
  const server = createServer((incoming, response) => {
    seen.push(incoming)
    response.end(`origin ${incoming.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, port, at: `127.0.0.1:${port}`, seen }
}

/** A proxy that leads every tunnel to one place. */
async function startUpstream(originPort: number) {
  const seen: { target: string | undefined; authorization: string | undefined }[] = []
  const server = createServer((incoming, response) => {
    seen.push({ target: incoming.url, authorization: incoming.headers['proxy-authorization'] })
    response.end(`upstream ${incoming.url}`)
  })
  server.on('connect', (incoming, client: Socket) => {
    seen.push({ target: incoming.url, authorization: incoming.headers['proxy-authorization'] })
    const target = connect(originPort, '127.0.0.1')
    client.write('HTTP/1.1 200 OK\r\n\r\n')
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
    target.pipe(client).pipe(target)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port, seen }
}

function get(socketPath: string, path: string, headers = {}): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, headers }, async (response) => {
      try {
        let body = ''
        for await (const chunk of response) body += chunk
        resolve({ status: response.statusCode, body })
      } catch (thrown) {
        reject(thrown)
      }
    })
    outgoing.once('error', reject).end()
  })
}

function openTunnel(socketPath: string, target: string, say = ''): Promise<{ head: string; rest: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    let read = ''
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
    socket.once('data', () => say !== '' && socket.write(say))
    socket.on('data', (chunk) => {
      read += chunk
    })
    socket.once('error', reject)
    socket.once('close', () => {
      const [head = '', ...rest] = read.split('\r\n\r\n')
      resolve({ head, rest: rest.join('\r\n\r\n') })
    })
  })
}
