// Tokens of one repository: minted at use, no wider than the step, forgotten as soon as it is done.
import type { Logger } from 'pino'
import type { Urgency } from './call-budget.ts'
import { type CallContext, githubFault, statusOf } from './github-faults.ts'
import type { Client, Clients } from './octokit-client.ts'
import { untilStopped } from './stoppable-calls.ts'

export type TokenPermissions = Partial<Record<'contents' | 'issues' | 'metadata' | 'pull_requests', 'read' | 'write'>>

/** What a group of calls may do with its token. */
export interface Step {
  permissions: TokenPermissions
  /**
   * `lease`: kept in memory for calls that come often and can do little (reading, commenting), and revoked when they cease.
   * `once`: minted for this call and revoked after it, for everything that can change code.
   */
  token: 'lease' | 'once'
}

export const steps = {
  read: { permissions: { contents: 'read', issues: 'read', metadata: 'read', pull_requests: 'read' }, token: 'lease' },
  comment: { permissions: { issues: 'write', metadata: 'read' }, token: 'lease' },
  writeCode: { permissions: { contents: 'write', metadata: 'read' }, token: 'once' },
  writePullRequest: {
    permissions: { contents: 'read', issues: 'write', metadata: 'read', pull_requests: 'write' },
    token: 'once',
  },
} as const satisfies Record<string, Step>

export interface MintedToken {
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
  /** Never throws: a token that cannot be revoked ends within the hour. */
  revoke(): Promise<void>
}

/** Calls to one repository through one installation. */
export interface RepositorySession {
  mint(permissions: TokenPermissions): Promise<MintedToken>
  /**
   * Runs `call` with a client for the step and maps what it throws to a Fault.
   * Where the token ends in the middle, the call starts again with a new one: it must find before it creates.
   */
  use<T>(step: Step, action: string, call: (client: Client) => Promise<T>): Promise<T>
  /** Revokes what is kept for calls to come; what a call under way uses, after it. A later call gets a new one. Never throws. */
  release(): Promise<void>
}

export interface SessionOptions {
  clients: Clients
  installationId: number
  owner: string
  name: string
  urgency?: Urgency
  /** As `TokenOf.stop`. */
  stop?: () => AbortSignal | undefined
  log: Logger
  now: () => number
  /** Calls back once after that time; the answer calls it off. A timer that keeps no process alive when left out. */
  after?: (ms: number, call: () => void) => () => void
}

/** A lease is renewed this long before GitHub ends it, so that none ends during a call. */
const renewBeforeMs = 5 * 60_000
/** For what no end is told of: a run that is at work asks GitHub more often than this. */
const idleMs = 2 * 60_000

export function createSession(options: SessionOptions): RepositorySession {
  const leases = new Map<string, Promise<Lease>>()
  const { after = later } = options
  const context = (action: string, permissions: TokenPermissions): CallContext => ({
    action,
    repository: `${options.owner}/${options.name}`,
    permissions,
  })

  async function leased(step: Step): Promise<Lease> {
    const key = JSON.stringify(step.permissions)
    const known = await leases.get(key)
    if (known !== undefined && known.expiresAt - options.now() > renewBeforeMs) return known
    const fresh = open(step)
    leases.set(key, fresh)
    fresh.catch(() => leases.delete(key))
    return fresh
  }

  async function open(step: Step): Promise<Lease> {
    const minted = await mintToken(options, step.permissions)
    return {
      ...minted,
      client: options.clients.withToken(minted.token, options),
      users: 0,
      leaving: false,
      callOff: () => {},
    }
  }

  async function useLease<T>(step: Step, call: (client: Client) => Promise<T>): Promise<T> {
    const lease = await leased(step)
    lease.users += 1
    lease.callOff()
    try {
      return await call(lease.client)
    } finally {
      lease.users -= 1
      if (lease.users === 0 && lease.leaving) await lease.revoke()
      else if (lease.users === 0) lease.callOff = after(idleMs, () => void giveBack(step, lease))
    }
  }

  async function giveBack(step: Step, lease: Lease): Promise<void> {
    const key = JSON.stringify(step.permissions)
    // Its successor may be asked for at this moment, and GitHub may have none: whoever asked is told, and nobody waits here.
    const kept = await leases.get(key)?.catch(() => undefined)
    if (kept === lease) leases.delete(key)
    // Somebody took it while this looked.
    if (lease.users === 0) await lease.revoke()
  }

  async function release(): Promise<void> {
    const kept = [...leases.values()]
    leases.clear()
    const opened = await Promise.allSettled(kept)
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? leave(one.value) : undefined)))
  }

  async function leave(lease: Lease): Promise<void> {
    lease.leaving = true
    lease.callOff()
    if (lease.users === 0) await lease.revoke()
  }

  async function attempt<T>(step: Step, call: (client: Client) => Promise<T>): Promise<T> {
    if (step.token === 'lease') return useLease(step, call)
    const lease = await open(step)
    try {
      return await call(lease.client)
    } finally {
      await lease.revoke()
    }
  }

  return {
    mint: (permissions) => mintToken(options, permissions),
    release,
    async use(step, action, call) {
      try {
        return await attempt(step, call)
      } catch (thrown) {
        if (statusOf(thrown) !== 401) throw githubFault(thrown, context(action, step.permissions))
      }
      leases.delete(JSON.stringify(step.permissions))
      return attempt(step, call).catch((thrown) => {
        throw githubFault(thrown, context(action, step.permissions))
      })
    },
  }
}

interface Lease extends MintedToken {
  client: Client
  /** Calls under way. */
  users: number
  /** Revoked as soon as nobody uses it. */
  leaving: boolean
  /** Calls off that it is given back. */
  callOff(): void
}

function later(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

/** One that comes after the stop is given back. */
async function mintToken(options: SessionOptions, permissions: TokenPermissions): Promise<MintedToken> {
  const signal = options.stop?.()
  if (signal === undefined) return askForToken(options, permissions)
  signal.throwIfAborted()
  const asked = askForToken(options, permissions)
  try {
    return await untilStopped(signal, asked)
  } catch (thrown) {
    if (signal.aborted) asked.then((minted) => minted.revoke()).catch(() => {})
    throw thrown
  }
}

async function askForToken(options: SessionOptions, permissions: TokenPermissions): Promise<MintedToken> {
  const { clients, installationId, owner, name, log } = options
  try {
    const { data } = await clients.app.rest.apps.createInstallationAccessToken({
      installation_id: installationId,
      repositories: [name],
      permissions,
    })
    return {
      token: data.token,
      expiresAt: Date.parse(data.expires_at),
      revoke: () => revoke(clients.withToken(data.token, options), log),
    }
  } catch (thrown) {
    throw githubFault(thrown, { action: 'get a token', repository: `${owner}/${name}`, permissions, asApp: true })
  }
}

async function revoke(client: Client, log: Logger): Promise<void> {
  try {
    await client.rest.apps.revokeInstallationAccessToken({ request: { retries: 0 } })
  } catch (thrown) {
    log.debug({ status: statusOf(thrown) }, 'a token could not be revoked; it ends within the hour')
  }
}
