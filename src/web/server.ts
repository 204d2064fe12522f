// The process's one HTTP address: webhooks from GitHub, and the questions of whoever operates it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { Fault } from '../errors.ts'
import type { Readiness } from './readiness.ts'

export interface HttpServerOptions {
  /** Of `intake/webhook-handler.ts`; always answers. Absent where no webhooks are taken. */
  webhookHandler?: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined
  /** What `/healthz` adds to `status: ok`, such as the version. */
  health(): Record<string, unknown>
  ready(): Promise<Readiness>
  /** As Prometheus reads it. Never throws. */
  metrics(): Promise<{ contentType: string; body: string }>
  log: Logger
}

export interface HttpServer {
  /** Answers the address that is listened on; port 0 takes a free one. Throws `invalid_input`/`port_taken`, `port_refused`. */
  listen(at: { host: string; port: number }): Promise<string>
  /** Takes no new requests, waits at most `graceMs` for those under way, then closes their connections. */
  close(graceMs: number): Promise<void>
}

export const webhookPath = '/api/github/webhooks'

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { log } = options
  let closing = false
  const server = createServer((request, response) => {
    // A connection that is kept alive would hold up the close until its time is over.
    response.once('close', () => closing && server.closeIdleConnections())
    route(request, response, options).catch((err: unknown) => {
      log.error({ err }, 'a request failed')
      if (!response.headersSent) json(response, 500, { error: 'Something went wrong here; the log says what.' })
      else response.destroy()
    })
  })
  // A delivery is sent in one go: whoever takes longer holds a connection for nothing.
  server.requestTimeout = 60_000
  server.headersTimeout = 15_000

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)))
        server.listen(port, host, () => {
          const { port: taken } = server.address() as AddressInfo
          resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`)
        })
      }),
    async close(graceMs) {
      if (!server.listening) return
      closing = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

async function route(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const path = pathOf(request)
  const what = `${request.method} ${path}`
  const { webhookHandler } = options
  if (what === `POST ${webhookPath}` && webhookHandler !== undefined) return webhookHandler(request, response)
  if (what === 'GET /healthz') return json(response, 200, { status: 'ok', ...options.health() })
  if (what === 'GET /readyz') {
    const readiness = await options.ready()
    return json(response, readiness.ready ? 200 : 503, { ...readiness })
  }
  if (what === 'GET /metrics') {
    const { contentType, body } = await options.metrics()
    return void response.writeHead(200, { 'content-type': contentType }).end(body)
  }
  const allow = methods[path]
  if (allow === undefined || (path === webhookPath && webhookHandler === undefined))
    return json(response, 404, { error: `There is nothing at ${path}.` })
  response.setHeader('allow', allow)
  json(response, 405, { error: `${path} takes ${allow} only.` })
}

const methods: Record<string, string> = {
  [webhookPath]: 'POST',
  '/healthz': 'GET',
  '/readyz': 'GET',
  '/metrics': 'GET',
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const path = url.split('?', 1)[0] ?? '/'
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

function json(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`)
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): Fault {
  const taken = cause.code === 'EADDRINUSE'
  return new Fault(
    'invalid_input',
    taken ? 'port_taken' : 'port_refused',
    taken ? `Port ${port} is in use already.` : `Cannot listen on ${host}, port ${port}: ${cause.message}.`,
    { mend: 'Set HOST and PORT to an address that is free here.', cause },
  )
}
