// `git http-backend` behind HTTP, which asks for a token as GitHub does.
import { spawn } from 'node:child_process'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitServer {
  url: string
  /** Paths that were asked for with the right token. */
  served: string[]
  close(): Promise<void>
}

export async function openGitServer(root: string, token: string): Promise<GitServer> {
  const served: string[] = []
  const wanted = `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const server = createServer((request, response) => {
    const { authorization } = request.headers
    if (authorization !== wanted) return refuse(response, authorization)
    served.push(request.url ?? '')
    serve(root, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${portOf(server)}`, served, close: () => close(server) }
}

/** Says back what it was sent, as a careless proxy would. */
function refuse(response: ServerResponse, authorization = 'nothing'): void {
  response.writeHead(authorization === 'nothing' ? 401 : 403, {
    'www-authenticate': 'Basic',
    'content-type': 'text/plain',
  })
  response.end(`You sent ${authorization}\n`)
}

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
  const env = {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROTOCOL: `${request.headers['git-protocol'] ?? ''}`,
    REQUEST_METHOD: request.method,
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: `${request.headers['content-encoding'] ?? ''}`,
    REMOTE_ADDR: '127.0.0.1',
  }
  const backend = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  request.pipe(backend.stdin)
  const chunks: Buffer[] = []
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  backend.on('close', () => answer(response, Buffer.concat(chunks)))
}

function answer(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n')
  const headers = output
    .toString('latin1', 0, end)
    .split('\r\n')
    .map((line) => line.split(': ', 2))
  const status = headers.find(([name]) => name === 'Status')?.[1]
  for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value)
  response.writeHead(status ? Number.parseInt(status, 10) : 200)
  response.end(output.subarray(end + 4))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
