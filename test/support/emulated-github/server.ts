// The one address: reads a request, knows the caller, lets a fault act, answers by the first route that fits.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, notFound, Refusal } from './answer.ts'
import { appRoutes } from './app-routes.ts'
import type { Caller } from './callers.ts'
import { contentRoutes } from './content-routes.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { Faults } from './faults.ts'
import { askGit, GitHttp, type GitRequest, parseGitRequest } from './git-http.ts'
import { gitRoutes } from './git-routes.ts'
import { pullRoutes } from './pull-routes.ts'
import { reactionRoutes } from './reaction-routes.ts'
import type { Call, FaultRequest, FaultSeed } from './types.ts'
import type { World } from './world.ts'

const ROUTES = [...appRoutes, ...gitRoutes, ...contentRoutes, ...pullRoutes, ...reactionRoutes, ...conversationRoutes]
const RATE_LIMIT = 5000

const NOT_JSON = Symbol('not JSON')

export type ApiRequest = FaultRequest & { target: string }

interface Connection {
  request: IncomingMessage
  response: ServerResponse
}

export class GitHubServer {
  readonly faults = new Faults()
  readonly calls: Call[] = []
  readonly #server: Server
  readonly #git = new GitHttp()
  readonly #used = new Map<string, number>()
  #world: World | undefined

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer({ request, response }).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined)
      })
    })
    this.#server.keepAliveTimeout = 30_000
  }

  /** The port. Requests before `open` are answered 503. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address()
        resolve(typeof address === 'object' && address ? address.port : port)
      })
    })
  }

  open(world: World): void {
    this.#world = world
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await this.#git.close()
    await closed
  }

  async #answer(connection: Connection): Promise<void> {
    const world = this.#world
    if (!world) {
      connection.response.writeHead(503).end()
      return
    }
    const url = new URL(connection.request.url ?? '/', world.url)
    const target = url.pathname.replace(/^\/api\/v3(?=\/|$)/, '') || '/'
    const path = decode(target)
    const git = parseGitRequest(path, url.searchParams)
    const raw = git ? Buffer.alloc(0) : await readBody(connection.request)
    const request: FaultRequest = {
      method: connection.request.method ?? 'GET',
      path,
      query: url.searchParams,
      headers: flatten(connection.request),
      body: raw.length > 0 ? parseBody(raw) : undefined,
    }
    const call = this.#record(request, url.search.slice(1))
    const fault = this.faults.take(request)
    if (fault?.kind === 'delay') await sleep(fault.delayMs ?? 100)
    if (fault?.kind === 'reset') return void connection.request.socket.resetAndDestroy()
    if (fault?.kind === 'status') return this.#send(connection, call, faultAnswer(fault), request)
    if (git) return this.#serveGit(world, connection, call, { ...git, query: url.search.slice(1) }, fault)
    const answer = await this.#actAs(world, { ...request, target }, call)
    if (fault?.kind === 'timeout_after_write') return this.#neverAnswer(connection, fault)
    this.#send(connection, call, answer, request)
  }

  #record(request: FaultRequest, query: string): Call {
    const { method, path, body } = request
    const at = new Date().toISOString()
    const call: Call = { method, path, query, status: undefined, token: 'none', body, at }
    this.calls.push(call)
    return call
  }

  async #actAs(world: World, request: ApiRequest, call: Call): Promise<Answer> {
    try {
      const caller = this.#identify(world, request.headers, call)
      if (request.body === NOT_JSON) throw new Refusal(400, 'Problems parsing JSON')
      return await dispatch(world, request, caller)
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { status: 500, body: { message: `The emulated GitHub failed: ${message}` } }
    }
  }

  #identify(world: World, headers: Record<string, string>, call: Call): Caller {
    call.token = headers.authorization ? 'invalid' : 'none'
    const caller = world.callers.identify(headers.authorization)
    call.token = caller.kind
    return caller
  }

  async #serveGit(
    world: World,
    connection: Connection,
    call: Call,
    git: GitRequest & { query: string },
    fault: FaultSeed | undefined,
  ): Promise<void> {
    const { request, response } = connection
    try {
      const caller = this.#identify(world, flatten(request), call)
      const repository = askGit(world, caller, git)
      const silent = fault?.kind === 'timeout_after_write'
      await this.#git.serve(world, repository, git, { request, response, user: caller.kind, silent })
      if (silent) return await this.#neverAnswer(connection, fault)
      call.status = response.statusCode
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      call.status = error.answer.status
      const headers = call.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {}
      response.writeHead(call.status, { 'content-type': 'text/plain', ...headers }).end(error.message)
    }
  }

  async #neverAnswer({ request }: Connection, fault: FaultSeed): Promise<void> {
    await sleep(fault.delayMs ?? 0)
    request.socket.destroy()
  }

  #send({ response }: Connection, call: Call, answer: Answer, request: FaultRequest): void {
    call.status = answer.status
    const body = answer.body
    const content = body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body)
    response.writeHead(answer.status, {
      ...(content === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...this.#rateLimit(request),
      'x-github-request-id': `EMULATED:${this.calls.length}`,
      ...answer.headers,
    })
    response.end(content)
  }

  #rateLimit(request: FaultRequest): Record<string, string> {
    const key = request.headers.authorization ?? ''
    const used = (this.#used.get(key) ?? 0) + 1
    this.#used.set(key, used)
    return {
      'x-ratelimit-limit': String(RATE_LIMIT),
      'x-ratelimit-remaining': String(Math.max(RATE_LIMIT - used, 0)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
      'x-ratelimit-resource': 'core',
    }
  }
}

/** Acts without the network; what a route refuses is thrown. */
export async function dispatch(world: World, request: ApiRequest, caller: Caller): Promise<Answer> {
  for (const { method, pattern, act } of ROUTES) {
    const match = method === request.method ? pattern.exec(request.target) : null
    if (!match) continue
    const groups = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)])
    return act({ world, request, caller, params: Object.fromEntries(groups), target: request.target })
  }
  return unknownRoute(request)
}

/** A path that GitHub has and this stand-in has not must not look like a missing thing. */
function unknownRoute({ method, path }: FaultRequest): Answer {
  if (!/^\/(repos|orgs|users|app|graphql|search|user)\b/.test(path)) return notFound().answer
  return { status: 501, body: { message: `The emulated GitHub has no ${method} ${path}` } }
}

function faultAnswer(fault: FaultSeed): Answer {
  const status = fault.status ?? 502
  return { status, body: fault.body ?? { message: `Server Error (${status})` }, headers: fault.headers ?? {} }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function flatten(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')])
  return Object.fromEntries(entries)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function parseBody(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString())
  } catch {
    return NOT_JSON
  }
}
