import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createGitHubApp } from '../../src/github/octokit-github.ts'
import draftsmith from '../../src/index.ts'
import { createBackground } from '../../src/intake/background.ts'
import type { IntakeParts } from '../../src/intake/intake-parts.ts'
import { createWebhookHandler } from '../../src/intake/webhook-handler.ts'
import { openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { createReplies } from '../../src/run/drizzle-replies.ts'
import type { Ledger } from '../../src/run/ledger.ts'
import type { Replies } from '../../src/run/replies.ts'
import { createReadiness } from '../../src/web/readiness.ts'
import { createHttpServer } from '../../src/web/server.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'

export interface Listening {
  /** Where webhooks go. */
  url: string
  ledger: Ledger
  /** What the handlers of webhooks have. */
  parts: IntakeParts
  /** Resolves when everything GitHub sent was handled, and everybody was answered. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface ListeningOptions {
  log?: Logger
  mostBytes?: number
  /** Puts something in front of the ledger, such as a fault. */
  ledger?: (real: Ledger) => IntakeParts['ledger']
  /** The same for what commands are owed. */
  replies?: (real: Replies) => Replies
  /** The machine's clock when left out. */
  now?: () => Date
}

/** The intake as the service has it: HTTP, signatures, Probot and a ledger on the embedded database. */
export async function listenTo(github: EmulatedGitHub, options: ListeningOptions = {}): Promise<Listening> {
  const { log = pino({ level: 'silent' }), now = () => new Date() } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'draftsmith-intake-'))
  const ids = () => `r-${randomUUID().replaceAll('-', '').slice(0, 10)}`
  const database = await openDatabase({ dataDir })
  const ledger = createLedger({ database, clock: now, ids, version: '0.0.0' })
  const { id: appId, privateKey, webhookSecret: secret } = github.app
  const app = createGitHubApp({
    appId,
    privateKey,
    apiUrl: github.url,
    writeSpacingMs: 0,
    userAgent: 'test',
    log,
    retryUnitMs: 1,
  })
  const background = createBackground(log)
  const replies = createReplies({ database, clock: now })
  const parts: IntakeParts = {
    ledger: options.ledger?.(ledger) ?? ledger,
    github: app,
    replies: options.replies?.(replies) ?? replies,
    appId,
    label: 'agent-eligible',
    log,
    background,
    waiting: { tellQueued: async () => {}, tellStopped: async () => {}, tellEnded: async () => {} },
  }
  const { mostBytes } = options
  const webhookHandler = await createWebhookHandler({
    app: draftsmith(parts),
    appId,
    privateKey,
    secret,
    apiUrl: github.url,
    log,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  })
  const metrics = async () => ({ contentType: 'text/plain', body: '' })
  const ready = createReadiness({ probes: [] })
  const server = createHttpServer({ webhookHandler, health: () => ({}), ready, metrics, log })
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/api/github/webhooks`
  return {
    url,
    ledger,
    parts,
    async settled() {
      await github.delivered()
      await background.settled()
    },
    async close() {
      await server.close(0)
      await ledger.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

/** Sends a delivery by hand; a header that is `undefined` is left out. */
export function send(
  url: string,
  body: string,
  { secret = 'webhook-secret', ...headers }: Record<string, string | undefined> = {},
): Promise<Response> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ...headers,
  }
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return fetch(url, { method: 'POST', body, headers: sent })
}
