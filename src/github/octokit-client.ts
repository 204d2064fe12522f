// Octokit with the plugins and limits that every call of ours shares.

import { setTimeout as sleep } from 'node:timers/promises'
import { createAppAuth } from '@octokit/auth-app'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'
import Bottleneck from 'bottleneck'
import type { Logger } from 'pino'
import { withinBudget } from './budgeted-calls.ts'
import type { CallBudget, Urgency } from './call-budget.ts'
import type { MetLimit } from './github-faults.ts'
import { type PacedWrites, pacedWrites } from './paced-writes.ts'
import { stoppable } from './stoppable-calls.ts'
import type { WriteTurns } from './write-turns.ts'

export interface ClientOptions {
  appId: number
  /** PEM, PKCS #1 or #8. */
  privateKey: string
  /** `https://api.github.com`, or that of an own server. */
  apiUrl: string
  /** Least time between two writes of one installation; comments and pull requests wait three times as long, as GitHub advises. */
  writeSpacingMs: number
  userAgent: string
  log: Logger
  fetch?: typeof globalThis.fetch
  /** Unit of the waits after a failed request: 1 000 ms outside of tests. */
  retryUnitMs?: number
  /** Of each installation, known to all processes; each process counts for itself when left out. */
  budget?: CallBudget
  /** Of each installation, known to all processes; each process spaces its own writes when left out. */
  turns?: WriteTurns
  /** Called for each call that met a limit. */
  limited?: (limit: LimitKind) => void
}

export type Client = InstanceType<typeof ThrottledOctokit>

export interface Clients {
  /** Signs in with the App's key; for the few calls that no token can make. */
  app: Client
  /** What the client has to wait for or to warn of goes to `log`. */
  withToken(token: string, of: TokenOf): Client
}

export interface TokenOf {
  installationId: number
  log: Logger
  /** `answer` when left out. */
  urgency?: Urgency | undefined
  /** What ends calls that wait; asked at each call. */
  stop?: (() => AbortSignal | undefined) | undefined
}

/** A request that waits longer than this for a rate limit fails instead: the worker's backoff holds no connection. */
const longestWaitSeconds = 60

/** Where an installation's id stands, for calls that are of none. */
const appItself = 0

const ThrottledOctokit = Octokit.plugin(throttling, retry, pacedWrites)

export function createClients(options: ClientOptions): Clients {
  const shared = sharedOptions(options)
  return {
    app: new ThrottledOctokit({
      ...shared({ installationId: appItself, log: options.log }),
      authStrategy: createAppAuth,
      auth: { appId: options.appId, privateKey: options.privateKey },
    }),
    withToken: (token, of) => {
      const client = budgeted(new ThrottledOctokit({ ...shared(of), auth: token }), of, options)
      return of.stop === undefined ? client : stoppable(client, of.stop)
    },
  }
}

function sharedOptions(options: ClientOptions) {
  const spacing = writeSpacing(options.writeSpacingMs)
  return ({ installationId, log }: Pick<TokenOf, 'installationId' | 'log'>) => ({
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: options.userAgent,
    log: quietLog(log),
    paced: pacingOf(options, { installationId, log }),
    request: { fetch: wholeAnswers(options.fetch) },
    // A 409 is an answer (an empty repository), not a fault that passes.
    retry: {
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
      retryAfterBaseValue: options.retryUnitMs ?? 1_000,
    },
    throttle: {
      ...spacing,
      id: `installation-${installationId}`,
      retryAfterBaseValue: options.retryUnitMs ?? 1_000,
      onRateLimit: waitOnce(log, 'primary', closing(options, installationId)),
      onSecondaryRateLimit: waitOnce(log, 'secondary', closing(options, installationId)),
    },
  })
}

/** Outermost, so that a call which has to wait takes no place in the line of writes. A token is given back whatever is left. */
function budgeted(client: Client, { installationId, urgency = 'answer' }: TokenOf, options: ClientOptions): Client {
  const { budget, limited } = options
  if (budget === undefined) return client
  const longestWaitMs = longestWaitSeconds * 1_000
  const calls = { installationId, urgency, budget, limited, now: Date.now, sleep, longestWaitMs }
  client.hook.wrap('request', (request, asked) =>
    asked.url === '/installation/token' ? request(asked) : withinBudget(calls, async () => request(asked)),
  )
  return client
}

function pacingOf(
  { turns, writeSpacingMs: spacingMs }: ClientOptions,
  of: Pick<TokenOf, 'installationId' | 'log'>,
): PacedWrites | undefined {
  return turns === undefined || of.installationId === appItself ? undefined : { ...of, turns, spacingMs }
}

/** The plugin's own groups are one set a process, with fixed times; these are one set an App. */
function writeSpacing(spacingMs: number) {
  const group = (minTime: number) => new Bottleneck.Group({ maxConcurrent: 1, minTime, timeout: 120_000 })
  return { write: group(spacingMs), notifications: group(spacingMs * 3) }
}

type LimitKind = MetLimit['limit']
const limitNames: Record<LimitKind, string> = { primary: 'rate limit', secondary: 'secondary rate limit' }

/** What fails in the end is told by whoever sees it fail. */
function waitOnce(log: Logger, limit: LimitKind, told: (limit: LimitKind, seconds: number) => void) {
  return (seconds: number, request: { method: string; url: string }, _octokit: unknown, retries: number): boolean => {
    const waits = retries === 0 && seconds <= longestWaitSeconds
    log.warn({ method: request.method, url: request.url, seconds, waits }, `GitHub's ${limitNames[limit]} is reached`)
    if (waits) told(limit, seconds)
    return waits
  }
}

/** The others need not meet the limit themselves while this call waits. */
function closing({ budget, limited }: ClientOptions, installationId: number) {
  return (limit: LimitKind, seconds: number) => {
    limited?.(limit)
    if (installationId !== appItself) budget?.close(installationId, Date.now() + seconds * 1_000)
  }
}

/** For one request, its answer included. */
const requestTimeoutMs = 30_000

/**
 * What Octokit itself does not see to. Without a time limit a connection that hangs would hold a worker for ever. And Octokit
 * takes a body that was cut off, or the page of a portal, for data: here it is no answer, which is asked for again.
 */
export function wholeAnswers(
  fetch: typeof globalThis.fetch = globalThis.fetch,
  timeoutMs: number = requestTimeoutMs,
): typeof globalThis.fetch {
  return async (input, init) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout
    const response = await fetch(input, { ...init, signal })
    if (response.ok && response.status !== 204) refuseBroken(await response.clone().text())
    return response
  }
}

/** Everything that is asked of GitHub's API is answered in JSON. */
function refuseBroken(body: string): void {
  try {
    JSON.parse(body)
  } catch (cause) {
    throw new Error('what came is no whole answer', { cause })
  }
}

/** Octokit logs whole requests, headers with tokens included; only its messages are kept. */
function quietLog(log: Logger) {
  const drop = () => {}
  return {
    debug: drop,
    info: drop,
    warn: (message: string) => log.warn(String(message)),
    error: (message: string) => log.debug(String(message)),
  }
}
