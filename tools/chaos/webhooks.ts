// Between GitHub and the fleet: every delivery arrives one to five times, late and out of order, at whichever member answers; or it
// is answered with a failure, which GitHub lists, or taken and never heard of again.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'

export interface WebhookStorm {
  url: string
  /** Deliveries that were made, repetitions included. */
  readonly made: number
  /** Those that arrived nowhere. */
  readonly lost: Losses
  /** Resolves when everything that came in has been delivered. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface Losses {
  /** Answered with a failure. */
  refused: number
  /** Answered as if they had been delivered. */
  vanished: number
}

export interface StormOptions {
  /** Of the webhooks. */
  path: string
  /** The addresses that answer at the moment. */
  targets(): string[]
  /** Of the deliveries, from 0 to 1; half of them refused, half of them vanished. */
  lostShare: number
}

export async function startWebhookStorm(random: Random, options: StormOptions): Promise<WebhookStorm> {
  const { path, targets, lostShare } = options
  const under = new Set<Promise<void>>()
  let made = 0
  let came = 0
  const lost: Losses = { refused: 0, vanished: 0 }

  const deliver = async (headers: IncomingHttpHeaders, body: Buffer, own: Random) => {
    await sleep(own.between(0, 3_000))
    for (;;) {
      const target = own.pick(targets())
      const status = target === undefined ? undefined : await post(`${target}${path}`, headers, body)
      if (status === 200) break
      await sleep(500)
    }
    made += 1
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    came += 1
    const own = random.fork(`webhook ${came}`)
    if (own.chance(lostShare)) {
      const refused = own.chance(0.5)
      lost[refused ? 'refused' : 'vanished'] += 1
      response.writeHead(refused ? 502 : 200).end()
      return
    }
    response.end()
    for (let copies = own.between(1, 5); copies > 0; copies--) {
      const delivery = deliver(request.headers, Buffer.concat(chunks), own.fork(`copy ${copies}`))
      under.add(delivery)
      void delivery.finally(() => under.delete(delivery))
    }
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get made() {
      return made
    },
    lost,
    async settled() {
      while (under.size > 0) await Promise.all(under)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function post(url: string, headers: IncomingHttpHeaders, body: Buffer): Promise<number | undefined> {
  const names = ['content-type', 'x-github-event', 'x-github-delivery', 'x-hub-signature-256', 'user-agent']
  const sent = Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])))
  const answer = await fetch(url, {
    method: 'POST',
    headers: sent,
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(15_000),
  }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.status
}
