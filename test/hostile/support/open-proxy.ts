// A proxy without a rule: what stands there where nothing filters.
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface OpenProxy {
  url: string
  close(): void
}

export async function openProxy(): Promise<OpenProxy> {
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '')
    const target = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port || 80, path: url.pathname }
    const outgoing = request({ ...target, method: incoming.method, headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.writeHead(502).end())
    incoming.pipe(outgoing)
  })
  server.on('connect', (incoming, client) => {
    const { hostname, port } = new URL(`http://${incoming.url}`)
    const target = connect(Number(port || 80), hostname.replace(/^\[(.*)\]$/, '$1'), () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
