// git over HTTP by `git http-backend`, for tokens that are alive and reach the repository.

import { type ChildProcess, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './answer.ts'
import { gitEnvironment } from './bare-repository.ts'
import { askPermission, type Caller } from './callers.ts'
import { afterDeletion } from './git-routes.ts'
import type { HostedRepository } from './repository.ts'
import type { World } from './world.ts'

export interface GitRequest {
  repository: string
  service: string
  /** Below the repository, with the slash. */
  path: string
  writes: boolean
}

/** Undefined when the address is not one of git's smart protocol. */
export function parseGitRequest(path: string, query: URLSearchParams): GitRequest | undefined {
  const match = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/.exec(path)
  const [, repository, below] = match ?? []
  if (!repository || !below) return undefined
  const service = below === '/info/refs' ? (query.get('service') ?? '') : below.slice(1)
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined
  return { repository: repository.toLowerCase(), service, path: below, writes: service === 'git-receive-pack' }
}

/** Throws a refusal in the words that git shows after `remote:`. */
export function askGit(world: World, caller: Caller, request: GitRequest): HostedRepository {
  const repository = world.repositories.get(request.repository)
  const hidden = !repository || repository.settings.private
  if (caller.kind === 'none' && (hidden || request.writes)) throw new Refusal(401, 'Repository not found.')
  if (!repository) throw new Refusal(404, 'Repository not found.')
  try {
    askPermission(caller, repository, request.writes ? 'write' : 'read', ['contents'])
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.answer.status === 404 && hidden)
      throw new Refusal(404, 'Repository not found.')
    if (request.writes && !repository.settings.archived)
      throw new Refusal(403, 'Write access to repository not granted.')
    throw refusal
  }
  return repository
}

interface GitConnection {
  request: IncomingMessage
  response: ServerResponse
  user: string
  /** The work is done and nothing is answered. */
  silent: boolean
}

export class GitHttp {
  readonly #running = new Set<ChildProcess>()

  /** The body of a push or fetch is passed on as it comes. */
  async serve(
    world: World,
    repository: HostedRepository,
    request: GitRequest & { query: string },
    connection: GitConnection,
  ): Promise<void> {
    const child = spawn('git', ['http-backend'], { env: environment(repository, request, connection) })
    this.#running.add(child)
    connection.request.pipe(child.stdin)
    child.stdin.on('error', () => {})
    connection.response.on('close', () => child.kill())
    const end = connection.silent ? swallow(child) : relay(child, connection.response)
    await new Promise<void>((resolve) => child.on('close', () => resolve()))
    this.#running.delete(child)
    if (request.writes) {
      await repository.git.reload()
      await afterDeletion(world, repository)
    }
    end()
  }

  async close(): Promise<void> {
    const ended = [...this.#running].map((child) => new Promise((resolve) => child.on('close', resolve)))
    for (const child of this.#running) child.kill('SIGKILL')
    await Promise.all(ended)
  }
}

function environment(
  repository: HostedRepository,
  request: GitRequest & { query: string },
  { request: incoming, user }: { request: IncomingMessage; user: string },
): Record<string, string> {
  const header = (name: string) => String(incoming.headers[name] ?? '')
  return {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: repository.git.dir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: request.path,
    QUERY_STRING: request.query,
    REQUEST_METHOD: incoming.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    ...(header('content-length') ? { CONTENT_LENGTH: header('content-length') } : {}),
    ...(header('content-encoding') ? { HTTP_CONTENT_ENCODING: header('content-encoding') } : {}),
    ...(header('git-protocol') ? { GIT_PROTOCOL: header('git-protocol') } : {}),
    REMOTE_USER: user,
    REMOTE_ADDR: '127.0.0.1',
  }
}

function swallow(child: ChildProcess): () => void {
  child.stdout?.resume()
  return () => {}
}

/** Turns the CGI answer into an HTTP one; what comes back is called when the refs have been read again. */
function relay(child: ChildProcess, response: ServerResponse): () => void {
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout?.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    writeHead(response, head.subarray(0, end).toString())
    const rest = head.subarray(end + 4)
    head = undefined
    if (rest.length > 0) response.write(rest)
  })
  return () => {
    if (!response.headersSent) response.statusCode = 500
    response.end()
  }
}

function writeHead(response: ServerResponse, head: string): void {
  const fields = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1]
  for (const [name, value] of fields) if (name.toLowerCase() !== 'status') response.setHeader(name, value)
  response.writeHead(status ? Number.parseInt(status, 10) : 200)
}
