// The address GitHub calls: signature, JSON, then Probot. Errors are told in words that the sender can act on.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type ApplicationFunction, Probot } from 'probot'
import { Fault, toFault } from '../errors.ts'
import { createBodyReader } from './request-body.ts'

export interface WebhookHandlerOptions {
  /** The default export of `index.ts`, given its parts. */
  app: ApplicationFunction
  appId: number
  privateKey: string
  secret: string
  /** `https://api.github.com`, or that of an own server. */
  apiUrl: string
  log: Logger
  /** Most bytes of a delivery; GitHub sends at most 25 MB. */
  mostBytes?: number
  /** Most bytes of deliveries whose signature is not checked yet, all together. */
  mostBytesTogether?: number
}

/** Always answers, never throws. */
export type WebhookHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** GitHub gives up after 10 s; what takes longer goes on and is answered as accepted. */
const answerWithinMs = 9_000
const githubsMostBytes = 25 * 1024 * 1024
const defaultMostTogether = 4 * githubsMostBytes

/** Throws `invalid_input`/`webhook_secret_missing`: Probot would fall back to a secret that everybody knows. */
export async function createWebhookHandler(options: WebhookHandlerOptions): Promise<WebhookHandler> {
  if (options.secret === '') {
    throw new Fault('invalid_input', 'webhook_secret_missing', 'There is no webhook secret.', {
      mend: "Set WEBHOOK_SECRET to the secret in the App's settings.",
    })
  }
  const {
    app,
    appId,
    privateKey,
    secret,
    apiUrl,
    mostBytes = githubsMostBytes,
    mostBytesTogether = defaultMostTogether,
  } = options
  // Every error is logged here, once and without the event that Octokit hangs on it.
  const probot = new Probot({
    appId,
    privateKey,
    secret,
    baseUrl: apiUrl,
    log: options.log.child({}, { level: 'silent' }),
  })
  await probot.load(app)
  const readBody = createBodyReader({ mostBytes, mostBytesTogether })
  return async (request, response) => {
    const refuse = (thrown: unknown) => refusal(toFault(thrown), options.log)
    reply(response, await receive(probot, request, { readBody, refuse }).catch(refuse))
  }
}

interface Answer {
  status: number
  body: Record<string, unknown>
}

interface Receiving {
  readBody(request: IncomingMessage): Promise<string>
  refuse(thrown: unknown): Answer
}

async function receive(probot: Probot, request: IncomingMessage, { readBody, refuse }: Receiving): Promise<Answer> {
  const { event, delivery, signature } = readHeaders(request)
  const text = await readBody(request)
  // Verified before anything else is done with it; a wrong one is not worth a log of its payload.
  if (!(await probot.webhooks.verify(text, signature).catch(() => false))) throw wrongSignature()
  const working = deliver(probot, { id: delivery, name: event, payload: readJson(text) })
  const late = setTimeout(answerWithinMs, 'late' as const, { ref: false })
  if ((await Promise.race([working, late])) !== 'late') return { status: 200, body: { delivery, message: 'Received.' } }
  working.catch(refuse)
  return { status: 202, body: { delivery, message: 'Still at work on it.' } }
}

type Event = Parameters<Probot['webhooks']['receive']>[0]

async function deliver(probot: Probot, event: { id: string; name: string; payload: object }): Promise<void> {
  try {
    await probot.webhooks.receive(event as Event)
  } catch (thrown) {
    const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown
    // Octokit hangs the whole event on what was thrown, and so untrusted text of any size would stand in the log.
    if (first instanceof Error) Reflect.deleteProperty(first, 'event')
    throw first
  }
}

function readHeaders({ headers }: IncomingMessage): { event: string; delivery: string; signature: string } {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
    throw new Fault('invalid_input', 'content_type', 'The content type is not application/json.', {
      mend: "Choose application/json as the content type in the webhook's settings.",
    })
  }
  return {
    event: header(headers, 'x-github-event'),
    delivery: header(headers, 'x-github-delivery'),
    signature: header(headers, 'x-hub-signature-256'),
  }
}

function header(headers: IncomingMessage['headers'], name: string): string {
  const value = headers[name]
  if (typeof value === 'string' && value !== '') return value
  throw new Fault('invalid_input', 'header_missing', `The header ${name} is missing.`, {
    mend:
      name === 'x-hub-signature-256'
        ? "Set a secret in the webhook's settings, the same as WEBHOOK_SECRET here."
        : 'Send the delivery as GitHub makes it.',
  })
}

function wrongSignature(): Fault {
  return new Fault('invalid_input', 'signature_wrong', 'The signature does not match the body and our secret.', {
    mend: "Make WEBHOOK_SECRET here and the secret in the App's webhook settings the same.",
  })
}

function readJson(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null) return value
  throw new Fault('invalid_input', 'body_not_json', 'The body is not a JSON object.', {
    mend: 'Send the delivery as GitHub makes it.',
  })
}

const statusOfCode: Record<string, number> = {
  content_type: 415,
  header_missing: 400,
  signature_wrong: 401,
  body_not_json: 400,
  body_too_large: 413,
  event_incomplete: 422,
}

/** A delivery that failed on our side is answered as failed, so that GitHub lists it and it can be sent again. */
function refusal(fault: Fault, log: Logger): Answer {
  const status = statusOfCode[fault.code] ?? (fault.class === 'infrastructure' ? 503 : 500)
  if (status >= 500) log.error({ err: fault, code: fault.code }, 'a delivery failed')
  else log.warn({ code: fault.code }, `a delivery was refused: ${fault.message}`)
  return { status, body: { error: fault.message, code: fault.code, mend: fault.mend } }
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  if (response.writableEnded || response.destroyed) return
  // What was not read of a body that is too large must not be taken for the next request.
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...((status === 413 || status === 503) && { connection: 'close' }),
  }
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`)
}
